import { describe, expect, it } from '@jest/globals';
import type { Template } from '../template/template.ts';
import { functionsOf } from './template.ts';

const lambda = (key: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { FunctionName: `shop-x-${key}` },
});
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

const template: Template = {
  Resources: {
    ReadLambdaFunction: lambda('read'),
    ReadIntegration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { IntegrationUri: arnOf('ReadLambdaFunction') },
    },
    ReadRoute: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        RouteKey: 'GET /things',
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'ReadIntegration' }]] },
      },
    },
    WorkLambdaFunction: lambda('work'),
    FromQueue: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: arnOf('WorkLambdaFunction'), EventSourceArn: arnOf('Jobs') },
    },
    FromStream: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: arnOf('WorkLambdaFunction'),
        EventSourceArn: { 'Fn::GetAtt': ['Things', 'StreamArn'] },
      },
    },
    Nightly: {
      Type: 'AWS::Events::Rule',
      Properties: { ScheduleExpression: 'rate(1 day)', Targets: [{ Arn: arnOf('WorkLambdaFunction') }] },
    },
    OnThing: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['shop.things'], 'detail-type': ['ThingMade'] },
        Targets: [{ Arn: arnOf('WorkLambdaFunction') }],
      },
    },
    TaskLambdaFunction: lambda('task'),
    Flow: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: { 'Fn::Sub': `{"Resource": "\${TaskLambdaFunction.Arn}"}` } },
    },
    OnTopic: {
      Type: 'AWS::SNS::Subscription',
      Properties: { Endpoint: arnOf('TaskLambdaFunction'), TopicArn: { Ref: 'News' } },
    },
    Files: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        NotificationConfiguration: { LambdaConfigurations: [{ Function: arnOf('TaskLambdaFunction') }] },
      },
    },
    AloneLambdaFunction: lambda('alone'),
    // Names a function and calls it never.
    AlonePermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: { FunctionName: arnOf('AloneLambdaFunction') },
    },
  },
};

describe('functions of a template', () => {
  it('have everything that invokes them, by their keys', () => {
    expect(Object.fromEntries(functionsOf(template, 'shop-x-'))).toEqual({
      read: { name: 'shop-x-read', triggers: ['GET /things'] },
      work: {
        name: 'shop-x-work',
        triggers: ['queue Jobs', 'stream Things', 'schedule rate(1 day)', 'event shop.things ThingMade'],
      },
      task: { name: 'shop-x-task', triggers: ['workflow Flow', 'topic News', 'bucket Files'] },
      alone: { name: 'shop-x-alone', triggers: [] },
    });
  });

  it('leave out those of another stack', () => {
    expect(functionsOf(template, 'shop-y-').size).toBe(0);
  });
});
