import { describe, expect, it } from '@jest/globals';
import Roles from './roles.cjs';

const ownLogs = (...actions: string[]) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: 'the log group of it',
});
const declared = { Effect: 'Allow', Action: ['dynamodb:GetItem'], Resource: 'a table' };
const traces = {
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*',
};
const lambda = (role: string, more = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Role: { 'Fn::GetAtt': [role, 'Arn'] }, ...more },
});
const role = (...statements: (typeof declared)[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: [{ PolicyDocument: { Statement: statements } }] },
});
type Serverless = ConstructorParameters<typeof Roles>[0];
type Resources = Serverless['service']['provider']['compiledCloudFormationTemplate']['Resources'];

const finish = (Resources: Resources, permissionsBoundary?: string) => {
  const iam = permissionsBoundary === undefined ? {} : { role: { permissionsBoundary } };
  const service = { functions: {}, provider: { iam, compiledCloudFormationTemplate: { Resources } } };
  const { hooks } = new Roles({ service });
  hooks['before:package:finalize']();
  hooks['after:aws:package:finalize:mergeCustomProviderResources']();
  return Resources;
};

describe('roles', () => {
  it('are made for functions that ask for no permission, unless they name a role', () => {
    const service: Serverless['service'] = {
      functions: { plain: {}, asking: { iamRoleStatements: [declared] }, named: { role: 'arn' } },
      provider: { compiledCloudFormationTemplate: { Resources: {} } },
    };
    new Roles({ service }).hooks.initialize();
    expect(service.functions).toEqual({
      plain: { iamRoleStatements: [] },
      asking: { iamRoleStatements: [declared] },
      named: { role: 'arn' },
    });
  });

  it('may send to the destinations of their function and of its streams', () => {
    const initialized = (declared: Serverless['service']['functions'][string]) => {
      const service = {
        functions: { declared },
        provider: { compiledCloudFormationTemplate: { Resources: {} } },
      };
      new Roles({ service }).hooks.initialize();
      return service.functions.declared.iamRoleStatements;
    };
    const allowed = (action: string, arn: string) => ({ Effect: 'Allow', Action: [action], Resource: arn });

    expect(
      initialized({
        iamRoleStatements: [declared],
        destinations: {
          onSuccess: { type: 'eventBus', arn: 'a bus' },
          onFailure: { type: 'sqs', arn: 'a queue' },
        },
        events: [
          { stream: 'a stream' },
          { stream: { destinations: { onFailure: { type: 'sns', arn: 'a topic' } } } },
          {},
        ],
      }),
    ).toEqual([
      declared,
      allowed('events:PutEvents', 'a bus'),
      allowed('sqs:SendMessage', 'a queue'),
      allowed('sns:Publish', 'a topic'),
    ]);
    expect(initialized({ destinations: { onFailure: { type: 'function', arn: 'another' } } })).toEqual([
      allowed('lambda:InvokeFunction', 'another'),
    ]);
  });

  it('refuse a destination that does not say what it is', () => {
    for (const onFailure of [
      'arn:aws:sqs:eu-west-1:123456789012:failed',
      { type: 'queue', arn: 'a queue' },
    ]) {
      const service = {
        functions: { sweep: { destinations: { onFailure } } },
        provider: { compiledCloudFormationTemplate: { Resources: {} } },
      };
      expect(() => new Roles({ service }).hooks.initialize()).toThrow(
        'The function sweep has a destination without a type (sqs, sns, function, eventBus) and an arn.',
      );
    }
  });

  it('may write their logs and traces, not make log groups', () => {
    const resources = finish({
      Traced: lambda('TracedRole', { TracingConfig: { Mode: 'Active' } }),
      TracedRole: role(ownLogs('logs:CreateLogStream', 'logs:CreateLogGroup', 'logs:PutLogEvents'), declared),
      Silent: lambda('SilentRole'),
      SilentRole: role(ownLogs('logs:CreateLogStream', 'logs:CreateLogGroup', 'logs:PutLogEvents')),
    });
    expect(resources.TracedRole).toEqual(
      role(ownLogs('logs:CreateLogStream', 'logs:PutLogEvents'), declared, traces),
    );
    expect(resources.SilentRole).toEqual(role(ownLogs('logs:CreateLogStream', 'logs:PutLogEvents')));
  });

  it('replace the one that osls shares, which stays while something uses it', () => {
    expect(finish({ IamRoleLambdaExecution: role(), A: lambda('ARole'), ARole: role() })).not.toHaveProperty(
      'IamRoleLambdaExecution',
    );
    expect(finish({ IamRoleLambdaExecution: role(), A: lambda('IamRoleLambdaExecution') })).toHaveProperty(
      'IamRoleLambdaExecution',
    );
  });

  it.each([
    ['has the boundary that is given', 'arn:aws:iam::123456789012:policy/boundary'],
    ['has no boundary when none is given', undefined],
  ])('%s, whatever it is for', (_, boundary) => {
    const { Invoked, Workflow, Table } = finish(
      {
        Invoked: role(ownLogs('logs:PutLogEvents')),
        Workflow: { Type: 'AWS::IAM::Role', Properties: {} },
        Table: { Type: 'AWS::DynamoDB::Table', Properties: {} },
      },
      boundary,
    );
    expect(Invoked?.Properties.PermissionsBoundary).toBe(boundary);
    expect(Workflow?.Properties.PermissionsBoundary).toBe(boundary);
    expect(Table?.Properties).toEqual({});
  });
});
