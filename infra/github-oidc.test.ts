import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readYaml } from '../tools/cloudformation-yaml.ts';
import type { Template } from '../tools/template/template.ts';

const { Resources } = readYaml(join(import.meta.dirname, 'github-oidc.yml')) as Template;
const statementsOf = (id: string, policy = 'Policies') => {
  const found = Object([Resources[id]?.Properties?.[policy]].flat()[0]);
  return (found.PolicyDocument ?? found).Statement;
};

describe('the role of the pipeline', () => {
  it('is taken by jobs of one environment of one repository, with a token made for AWS, and by nobody else', () => {
    expect(statementsOf('PipelineRole', 'AssumeRolePolicyDocument')).toEqual([
      {
        Effect: 'Allow',
        Principal: { Federated: { 'Fn::If': ['CreateProvider', { Ref: 'GitHub' }, { Ref: 'ProviderArn' }] } },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            'token.actions.githubusercontent.com:sub': {
              'Fn::Sub': [
                'repo:${Repository}:environment:${Environment}',
                { Environment: { 'Fn::If': ['Previews', 'preview', { Ref: 'Stages' }] } },
              ],
            },
          },
        },
      },
    ]);
  });

  it('hands on to CloudFormation alone a role, and may neither make nor change one', () => {
    const all = [
      statementsOf('PipelineRole'),
      statementsOf('PipelineImages', 'PolicyDocument'),
      statementsOf('PipelineTokens', 'PolicyDocument'),
      statementsOf('PipelineRemovals', 'PolicyDocument'),
    ].flat();
    expect(all.filter(({ Action }) => /iam:|sts:|"\*"/.test(JSON.stringify(Action)))).toEqual([
      {
        Sid: 'CloudFormationDeploys',
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: { 'Fn::GetAtt': ['DeploymentRole', 'Arn'] },
        Condition: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
      },
    ]);
  });

  it('deletes no data of the application but that of previews', () => {
    const deletions = ['PipelineRole', 'PipelineImages', 'PipelineTokens', 'PipelineRemovals'].filter((id) =>
      /s3:\*|s3:Delete\w*.*shop-\*/.test(JSON.stringify(Resources[id]?.Properties)),
    );
    expect(deletions).toEqual(['PipelineRemovals']);
    expect(Resources.PipelineRemovals?.Condition).toBe('Previews');
  });
});

describe('the role of the deployment', () => {
  it('is taken by CloudFormation for stacks of its stages', () => {
    expect(statementsOf('DeploymentRole', 'AssumeRolePolicyDocument')).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudformation.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: {
            'aws:SourceArn': {
              'Fn::Sub':
                'arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/shop-${Stages}/*',
            },
          },
        },
      },
    ]);
  });

  it('gives rights to roles of its stages alone, and only to those within the boundary', () => {
    const giving =
      /"iam:(\*|Create(?!ServiceLinked)|Put|Attach|Pass|Delete|Detach|Set|Update|Add|Upload|Tag)/;
    const statements: { Sid: string; Effect: string; Resource: unknown; Condition?: unknown }[] =
      statementsOf('DeploymentRole').filter(
        ({ Effect, Action }: { Effect: string; Action: unknown }) =>
          Effect === 'Allow' && giving.test(JSON.stringify([Action].flat())),
      );
    expect(statements.map(({ Sid }) => Sid)).toEqual([
      'RolesWithinTheBoundary',
      'RolesOfTheStages',
      'RolesForServices',
    ]);
    for (const { Resource } of statements) {
      expect(Resource).toEqual({
        'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/shop-${Stages}-*',
      });
    }
    expect(statements[0]?.Condition).toEqual({
      StringEquals: { 'iam:PermissionsBoundary': { Ref: 'Boundary' } },
    });
  });

  it.each(['iam:DeleteRolePermissionsBoundary', 'iam:CreatePolicyVersion', 'iam:CreateUser'])(
    'never has %s',
    (action) => {
      expect(JSON.stringify(statementsOf('DeploymentRole'))).not.toContain(action);
    },
  );
});

describe('the boundary', () => {
  it('lets no role into IAM, and none into another region', () => {
    const [allowed, denied] = statementsOf('Boundary', 'PolicyDocument');
    expect(allowed.Action.filter((action: string) => /^(iam|sts|organizations|\*)/.test(action))).toEqual([]);
    expect(denied).toEqual({
      Sid: 'NoOtherRegion',
      Effect: 'Deny',
      NotAction: 'iam:*',
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': { Ref: 'AWS::Region' } } },
    });
  });
});
