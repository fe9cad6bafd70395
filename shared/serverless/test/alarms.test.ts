import { expect, it } from '@jest/globals';
import { type AlarmedTemplate, metricsToWatch, watchedMetrics } from './alarms.ts';

type Resources = AlarmedTemplate['Resources'];

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const queue = (Properties: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties });
const rule = (Properties: object) => ({ Type: 'AWS::Events::Rule', Properties });
const mapping = (EventSourceArn: object, reader: string, Properties: object = {}) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: { EventSourceArn, FunctionName: arnOf(reader), ...Properties },
});
const alarm = (Namespace: string, MetricName: string, dimensions: Record<string, unknown>) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    ...{ Namespace, MetricName },
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  },
});

it.each<[what: string, resources: Resources, metrics: string[]]>([
  [
    'the age of a queue and the depth of the one that takes its failures',
    {
      Jobs: queue({ RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 5 } }),
      Dead: queue(),
    },
    ['AWS/SQS ApproximateAgeOfOldestMessage of Jobs', 'AWS/SQS ApproximateNumberOfMessagesVisible of Dead'],
  ],
  [
    'the depth of the queue of a target of a rule, and the rule on its bus',
    {
      Placed: rule({ EventBusName: { Ref: 'Bus' }, Targets: [{ DeadLetterConfig: { Arn: arnOf('Dead') } }] }),
      Dead: queue(),
    },
    ['AWS/Events FailedInvocations of Bus and Placed', 'AWS/SQS ApproximateNumberOfMessagesVisible of Dead'],
  ],
  ['a rule of the default bus by itself', { Daily: rule({}) }, ['AWS/Events FailedInvocations of Daily']],
  [
    'the depth of the queue of failed invocations',
    {
      Config: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { DestinationConfig: { OnFailure: { Destination: arnOf('Dead') } } },
      },
      Dead: queue(),
    },
    ['AWS/SQS ApproximateNumberOfMessagesVisible of Dead'],
  ],
  [
    'the iterator age of a function once, however many streams it reads, and none of one that reads a queue',
    {
      Items: mapping({ 'Fn::GetAtt': ['ItemsTable', 'StreamArn'] }, 'Publish'),
      Orders: mapping({ 'Fn::GetAtt': ['OrdersTable', 'StreamArn'] }, 'Publish'),
      Rows: mapping(arnOf('Jobs'), 'Ingest'),
    },
    ['AWS/Lambda IteratorAge of Publish'],
  ],
])('is to be watched: %s', (_, Resources, metrics) => {
  expect(metricsToWatch({ Resources })).toEqual(metrics);
});

it('is watched what alarms on queues, functions and rules name, each as often as it is named', () => {
  const depth = alarm('AWS/SQS', 'ApproximateNumberOfMessagesVisible', {
    QueueName: { 'Fn::GetAtt': ['Dead', 'QueueName'] },
  });
  const Resources = {
    Placed: rule({ Name: 'shop-placed-dev', EventBusName: { Ref: 'Bus' } }),
    Daily: rule({}),
    First: depth,
    Second: depth,
    Late: alarm('AWS/Lambda', 'IteratorAge', { FunctionName: { Ref: 'Publish' } }),
    Lost: alarm('AWS/Events', 'FailedInvocations', {
      RuleName: 'shop-placed-dev',
      EventBusName: { Ref: 'Bus' },
    }),
    NotRun: alarm('AWS/Events', 'FailedInvocations', { RuleName: { Ref: 'Daily' } }),
    OfTheShop: alarm('shop', 'OrdersRestarted', { service: 'shop-dev' }),
  };
  expect(watchedMetrics({ Resources })).toEqual([
    'AWS/Events FailedInvocations of Bus and Placed',
    'AWS/Events FailedInvocations of Daily',
    'AWS/Lambda IteratorAge of Publish',
    'AWS/SQS ApproximateNumberOfMessagesVisible of Dead',
    'AWS/SQS ApproximateNumberOfMessagesVisible of Dead',
  ]);
});
