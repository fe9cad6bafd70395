import { arnOf, policy, role, testRules } from '../testing/rule-examples.ts';
import { asynchronousRules } from './asynchronous.ts';

const lambda = { Type: 'AWS::Lambda::Function', Properties: { Role: arnOf('Role') } };
const invokeConfig = (name: string) => ({
  Type: 'AWS::Lambda::EventInvokeConfig',
  Properties: {
    FunctionName: { Ref: name },
    DestinationConfig: { OnFailure: { Destination: arnOf('Dead') } },
  },
});
const handedOn = {
  Id: 'one',
  Arn: arnOf('Called'),
  RetryPolicy: { MaximumRetryAttempts: 185 },
  DeadLetterConfig: { Arn: arnOf('Dead') },
};
const called = { Called: lambda, Config: invokeConfig('Called') };
const uncalled = 'Called is called asynchronously and has no failure destination';

testRules(asynchronousRules, {
  'asynchronous-failure': {
    fine: {
      Placed: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: arnOf('ByRule') }] } },
      ByRule: lambda,
      ByRuleConfig: invokeConfig('ByRule'),
      Daily: { Type: 'AWS::Scheduler::Schedule', Properties: { Target: { Arn: arnOf('BySchedule') } } },
      BySchedule: lambda,
      ByScheduleConfig: invokeConfig('BySchedule'),
      Uploads: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          NotificationConfiguration: { LambdaConfigurations: [{ Function: arnOf('ByBucket') }] },
        },
      },
      ByBucket: lambda,
      ByBucketConfig: invokeConfig('ByBucket'),
      Subscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: { Protocol: 'lambda', Endpoint: arnOf('ByTopic') },
      },
      ByTopic: lambda,
      ByTopicConfig: invokeConfig('ByTopic'),
      ...called,
    },
    broken: [
      ['ByRuleConfig.Properties.DestinationConfig', undefined, uncalled.replace('Called', 'ByRule')],
      ['ByScheduleConfig.Properties.DestinationConfig', {}, uncalled.replace('Called', 'BySchedule')],
      ['ByBucketConfig.Properties.FunctionName', { Ref: 'ByTopic' }, uncalled.replace('Called', 'ByBucket')],
      ['ByTopicConfig.Properties.DestinationConfig', undefined, uncalled.replace('Called', 'ByTopic')],
    ],
  },
  'target-failure': {
    fine: {
      Placed: { Type: 'AWS::Events::Rule', Properties: { Targets: [handedOn] } },
      Daily: { Type: 'AWS::Scheduler::Schedule', Properties: { Target: handedOn } },
    },
    broken: [
      [
        'Placed.Properties.Targets.0.DeadLetterConfig',
        undefined,
        'Placed target one has no dead-letter queue',
      ],
      ['Placed.Properties.Targets.0.RetryPolicy', undefined, 'Placed target one has no retry policy'],
      ['Daily.Properties.Target.DeadLetterConfig', undefined, 'Daily its target has no dead-letter queue'],
    ],
  },
  'subscription-failure': {
    fine: {
      Receipts: {
        Type: 'AWS::SNS::Subscription',
        Properties: { Protocol: 'lambda', RedrivePolicy: { deadLetterTargetArn: arnOf('Dead') } },
      },
      Staff: { Type: 'AWS::SNS::Subscription', Properties: { Protocol: 'email' } },
    },
    broken: [['Receipts.Properties.RedrivePolicy', undefined, 'Receipts has no dead-letter queue']],
  },
  'failure-permission': {
    fine: {
      ...called,
      Role: role(['sqs:SendMessage'], arnOf('Dead')),
      Placed: { Type: 'AWS::Events::Rule', Properties: { Targets: [handedOn] } },
      OfDead: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [{ Ref: 'Dead' }],
          ...policy({
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: arnOf('Dead'),
          }),
        },
      },
      Jobs: {
        Type: 'AWS::SQS::Queue',
        Properties: { RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 5 } },
      },
    },
    broken: [
      [
        'Role.Properties.Policies.0.PolicyDocument.Statement.0.Action',
        ['sqs:ReceiveMessage'],
        'Config may not send its failures to Dead',
      ],
      [
        'Role.Properties.Policies.0.PolicyDocument.Statement.0.Resource',
        arnOf('Jobs'),
        'Config may not send its failures to Dead',
      ],
      ['OfDead.Properties.Queues', [{ Ref: 'Jobs' }], 'Placed may not send its failures to Dead'],
      [
        'OfDead.Properties.PolicyDocument.Statement.0.Principal.Service',
        'sns.amazonaws.com',
        'Placed may not send its failures to Dead',
      ],
    ],
  },
});
