import { expect, it } from '@jest/globals';
import type { Template } from '../template.ts';
import { testRules } from '../testing/rule-examples.ts';
import { alarmRules, metricsToWatch, soundsWhen, watchedMetrics } from './alarms.ts';

type Resources = Template['Resources'];
type Properties = Record<string, unknown>;

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const queue = (Properties: Properties = {}) => ({ Type: 'AWS::SQS::Queue', Properties });
const rule = (Properties: Properties) => ({ Type: 'AWS::Events::Rule', Properties });
const mapping = (EventSourceArn: object, reader: string, Properties: Properties = {}) => ({
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
      Items: mapping({ 'Fn::GetAtt': ['ItemsTable', 'StreamArn'] }, 'Publish', {
        StartingPosition: 'LATEST',
      }),
      Orders: mapping({ 'Fn::GetAtt': ['OrdersTable', 'StreamArn'] }, 'Publish', {
        StartingPosition: 'LATEST',
      }),
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
    { alarm: 'Lost', metric: 'AWS/Events FailedInvocations of Bus and Placed' },
    { alarm: 'NotRun', metric: 'AWS/Events FailedInvocations of Daily' },
    { alarm: 'Late', metric: 'AWS/Lambda IteratorAge of Publish' },
    { alarm: 'First', metric: 'AWS/SQS ApproximateNumberOfMessagesVisible of Dead' },
    { alarm: 'Second', metric: 'AWS/SQS ApproximateNumberOfMessagesVisible of Dead' },
  ]);
});

it('sounds as its runbook says, also when it adds metrics up', () => {
  const stat = (MetricName: string) => ({
    MetricStat: { Metric: { Namespace: 'AWS/DynamoDB', MetricName }, Period: 60, Stat: 'Sum' },
  });
  const Metrics = [{ Id: 'sum', Expression: 'reads + writes' }, stat('Reads'), stat('Writes')];
  const bound = { EvaluationPeriods: 3, Threshold: 10, ComparisonOperator: 'LessThanThreshold' };
  expect(soundsWhen({ ...bound, Metrics })).toBe(
    'Sounds when `AWS/DynamoDB Reads + Writes` (Sum) is < 10 for 3 × 60 s.',
  );
});

const age = (name: string) =>
  alarm('AWS/SQS', 'ApproximateAgeOfOldestMessage', { QueueName: { 'Fn::GetAtt': [name, 'QueueName'] } });
const jobs = { Jobs: queue(), JobsLate: age('Jobs') };

testRules(alarmRules, {
  'alarm-missing': {
    fine: jobs,
    broken: [
      ['Dead', queue(), 'Dead no alarm watches AWS/SQS ApproximateAgeOfOldestMessage of Dead'],
      [
        'JobsLate.Properties.MetricName',
        'NumberOfMessagesSent',
        'Jobs no alarm watches AWS/SQS ApproximateAgeOfOldestMessage of Jobs',
      ],
    ],
  },
  'alarm-astray': {
    fine: jobs,
    broken: [
      [
        'Second',
        age('Jobs'),
        'Second watches AWS/SQS ApproximateAgeOfOldestMessage of Jobs, as another does',
      ],
      [
        'Jobs',
        undefined,
        'JobsLate watches AWS/SQS ApproximateAgeOfOldestMessage of Jobs, which tells nothing',
      ],
    ],
  },
  'alarm-at-the-first': {
    fine: {
      Arrived: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          MetricName: 'ApproximateNumberOfMessagesVisible',
          Statistic: 'Maximum',
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          TreatMissingData: 'notBreaching',
        },
      },
    },
    broken: [
      ['Arrived.Properties.Threshold', 2, 'Arrived has Threshold 2, not 1'],
      ['Arrived.Properties.Statistic', 'Average', 'Arrived has Statistic Average, not Maximum'],
    ],
  },
  'alarm-notifies': {
    fine: {
      Arrived: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { AlarmActions: [{ Ref: 'AlarmTopic' }], OKActions: [{ Ref: 'AlarmTopic' }] },
      },
      AlarmTopic: { Type: 'AWS::SNS::Topic' },
    },
    broken: [
      ['Arrived.Properties.AlarmActions', [], 'Arrived notifies no topic'],
      ['Arrived.Properties.AlarmActions.0', { Ref: 'OtherTopic' }, 'Arrived notifies no topic'],
      ['Arrived.Properties.OKActions', undefined, 'Arrived notifies no topic of its end'],
    ],
  },
  'alarm-runbook': {
    fine: {
      Late: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmDescription:
            'Rows wait; see https://github.com/shop/shop/blob/main/docs/runbooks/import-late.md',
          Namespace: 'AWS/SQS',
          MetricName: 'ApproximateAgeOfOldestMessage',
          Statistic: 'Maximum',
          Period: 60,
          EvaluationPeriods: 3,
          Threshold: 3600,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        },
      },
    },
    broken: [
      ['Late.Properties.AlarmDescription', 'Rows wait', 'Late has no runbook'],
      ['Late.Properties.AlarmDescription', 'Rows wait; see docs/runbooks/nowhere.md', 'Late has no runbook'],
      [
        'Late.Properties.Threshold',
        60,
        'Late is not what import-late.md says: Sounds when `AWS/SQS ApproximateAgeOfOldestMessage` (Maximum) is ≥ 60 for 3 × 60 s.',
      ],
    ],
  },
});
