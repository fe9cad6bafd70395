import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readYaml } from '../tools/cloudformation-yaml.ts';
import { templateCompiler } from '../tools/template/compile.ts';
import type { Resource, Template } from '../tools/template/template.ts';

const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary';
const ARN = 'arn:aws:';
const HERE = 'eu-west-1:123456789012:';

/** What a resource with a name is to policies. */
const arns: Readonly<Record<string, { property: string; before: string }>> = {
  'AWS::DynamoDB::Table': { property: 'TableName', before: `${ARN}dynamodb:${HERE}table/` },
  'AWS::Lambda::Function': { property: 'FunctionName', before: `${ARN}lambda:${HERE}function:` },
  'AWS::Lambda::LayerVersion': { property: 'LayerName', before: `${ARN}lambda:${HERE}layer:` },
  'AWS::RDS::DBInstance': { property: 'DBInstanceIdentifier', before: `${ARN}rds:${HERE}db:` },
  'AWS::S3::Bucket': { property: 'BucketName', before: `${ARN}s3:::` },
  'AWS::SNS::Topic': { property: 'TopicName', before: `${ARN}sns:${HERE}` },
  'AWS::SQS::Queue': { property: 'QueueName', before: `${ARN}sqs:${HERE}` },
  'AWS::StepFunctions::StateMachine': {
    property: 'StateMachineName',
    before: `${ARN}states:${HERE}stateMachine:`,
  },
};
/** Services whose name in policies is not that in types of resources. */
const services: Readonly<Record<string, string>> = {
  ApiGatewayV2: 'apigateway',
  ApplicationAutoScaling: 'application-autoscaling',
  Cognito: 'cognito-idp',
  EFS: 'elasticfilesystem',
  ElasticLoadBalancingV2: 'elasticloadbalancing',
  StepFunctions: 'states',
};

const known: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
  Stages: 'prod',
};
const settled = (value: unknown): string =>
  String(Object(value)['Fn::Sub'] ?? value).replace(/\$\{([\w:]+)\}/g, (_, name) => known[name] ?? '');
const matches = (patterns: readonly string[], text: string) =>
  patterns.some((pattern) =>
    new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(text),
  );
const policyOf = (id: string) => {
  const { Resources } = readYaml(join(import.meta.dirname, 'github-oidc.yml')) as Template;
  const { Policies: [policy] = [], PolicyDocument } = Object(Resources[id]?.Properties);
  return (PolicyDocument ?? policy.PolicyDocument).Statement as {
    Sid: string;
    Action: string[];
    Resource: unknown[];
  }[];
};

describe('the whole application, deployed by the roles of the pipeline', () => {
  const compiler = templateCompiler();
  let resources: [string, Resource][] = [];
  beforeAll(async () => {
    const { Resources } = await compiler.compile('prod', {
      deploymentRoleArn: 'arn:aws:iam::123456789012:role/deployment',
      permissionsBoundaryArn: BOUNDARY,
      reportsImageUri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/reports@sha256:${'0f'.repeat(32)}`,
    });
    resources = Object.entries(Resources);
  }, 120_000);
  afterAll(() => compiler.dispose());

  it('has no role without the boundary', () => {
    const roles = resources.filter(([, { Type }]) => Type === 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(40);
    expect(roles.filter(([, { Properties }]) => Properties?.PermissionsBoundary !== BOUNDARY)).toEqual([]);
  });

  it('asks for nothing beyond the boundary', () => {
    const [{ Action: within } = { Action: [] }] = policyOf('Boundary');
    const asked = resources
      .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
      .flatMap(([, { Properties }]) => Object(Properties).Policies ?? [])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .flatMap(({ Action }) => Action as string | string[]);
    expect(asked).toContain('dynamodb:GetItem');
    expect([...new Set(asked)].filter((action) => !matches(within, action))).toEqual([]);
  });

  it('has its data and its code under names that the role of the deployment is kept to', () => {
    const reach = policyOf('DeploymentRole').find(({ Sid }) => Sid === 'DataAndCodeOfTheStages');
    const patterns = (reach?.Resource ?? []).map(settled);
    const outside = resources.flatMap(([id, { Type, Properties }]) => {
      const { property, before } = arns[Type] ?? {};
      if (property === undefined || id === 'ServerlessDeploymentBucket') return [];
      const arn = `${before}${settled(Properties?.[property])}`;
      return matches(patterns, arn) ? [] : [`${id}: ${arn}`];
    });
    expect(outside).toEqual([]);
  });

  it('is made of services that the role of the deployment has', () => {
    const had = policyOf('DeploymentRole').flatMap(({ Action }) => Action ?? []);
    const names = resources.map(([, { Type }]) => Type.split('::')[1] ?? '');
    const missing = [...new Set(names)].filter(
      (name) => name !== 'IAM' && !matches(had, `${services[name] ?? name.toLowerCase()}:Create`),
    );
    expect(missing).toEqual([]);
  });
});
