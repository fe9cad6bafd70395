import { arnOf, policy, testRules } from '../testing/rule-examples.ts';
import { queueRules } from './queues.ts';

const queue = (Properties: Record<string, unknown>) => ({ Type: 'AWS::SQS::Queue', Properties });
const mapping = (Properties: Record<string, unknown>) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: { FunctionName: arnOf('Ingest'), EventSourceArn: arnOf('Jobs'), ...Properties },
});
const stream = (Properties: Record<string, unknown>) =>
  mapping({
    EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
    StartingPosition: 'LATEST',
    ...Properties,
  });
const redriven = { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 5 };

testRules(queueRules, {
  'queue-visibility': {
    fine: {
      Jobs: queue({ VisibilityTimeout: 185 }),
      Ingest: { Type: 'AWS::Lambda::Function', Properties: { Timeout: 30 } },
      Rows: mapping({ MaximumBatchingWindowInSeconds: 5 }),
    },
    broken: [
      [
        'Jobs.Properties.VisibilityTimeout',
        184,
        'Rows reads Jobs, which hides messages for 184 s; 185 s are needed',
      ],
      [
        'Jobs.Properties.VisibilityTimeout',
        undefined,
        'Rows reads Jobs, which hides messages for 30 s; 185 s are needed',
      ],
      ['Ingest.Properties.Timeout', 31, 'Rows reads Jobs, which hides messages for 185 s; 191 s are needed'],
    ],
  },
  'queue-redrive': {
    fine: { Jobs: queue({ RedrivePolicy: redriven }), Rows: mapping({}), Changes: stream({}) },
    broken: [
      [
        'Jobs.Properties.RedrivePolicy.maxReceiveCount',
        4,
        'Rows reads Jobs, which dead-letters after 4 tries, not 5',
      ],
      [
        'Jobs.Properties.RedrivePolicy',
        undefined,
        'Rows reads Jobs, which dead-letters after 0 tries, not 5',
      ],
    ],
  },
  'dead-letter-retention': {
    fine: {
      Jobs: queue({ RedrivePolicy: redriven, MessageRetentionPeriod: 300_000 }),
      Dead: queue({ MessageRetentionPeriod: 1_209_600 }),
    },
    broken: [
      ['Dead.Properties.MessageRetentionPeriod', 1_209_599, 'Dead keeps failures for 1209599 s, not 1209600'],
      ['Dead.Properties.MessageRetentionPeriod', undefined, 'Dead keeps failures for 345600 s, not 1209600'],
      ['Jobs.Properties.MessageRetentionPeriod', 1_209_600, 'Dead keeps failures no longer than its source'],
    ],
  },
  'partial-batch': {
    fine: {
      Rows: mapping({ FunctionResponseTypes: ['ReportBatchItemFailures'] }),
      Changes: stream({ FunctionResponseTypes: ['ReportBatchItemFailures'] }),
    },
    broken: [
      [
        'Rows.Properties.FunctionResponseTypes',
        undefined,
        'Rows does not report the failed records of a batch',
      ],
      [
        'Changes.Properties.FunctionResponseTypes',
        [],
        'Changes does not report the failed records of a batch',
      ],
    ],
  },
  'queue-concurrency': {
    fine: { Rows: mapping({ ScalingConfig: { MaximumConcurrency: 2 } }), Changes: stream({}) },
    broken: [['Rows.Properties.ScalingConfig', undefined, 'Rows has no maximum concurrency']],
  },
  'stream-bounds': {
    fine: {
      Rows: mapping({}),
      Changes: stream({
        DestinationConfig: { OnFailure: { Destination: arnOf('Dead') } },
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 6,
        MaximumRecordAgeInSeconds: 21_600,
      }),
    },
    broken: [
      ['Changes.Properties.DestinationConfig', undefined, 'Changes has no failure destination'],
      ['Changes.Properties.BisectBatchOnFunctionError', false, 'Changes does not halve a batch that fails'],
      ['Changes.Properties.MaximumRetryAttempts', -1, 'Changes retries without end'],
      [
        'Changes.Properties.MaximumRecordAgeInSeconds',
        undefined,
        'Changes keeps trying however old a record is',
      ],
    ],
  },
  'queue-encryption': {
    fine: { Jobs: queue({ SqsManagedSseEnabled: true }), Dead: queue({ KmsMasterKeyId: { Ref: 'Key' } }) },
    broken: [
      ['Jobs.Properties.SqsManagedSseEnabled', false, 'Jobs is not encrypted'],
      ['Dead.Properties.KmsMasterKeyId', undefined, 'Dead is not encrypted'],
    ],
  },
  'service-key': {
    fine: {
      Alarms: { Type: 'AWS::SNS::Topic', Properties: {} },
      OfAlarms: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: {
          Topics: [{ Ref: 'Alarms' }],
          ...policy({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: { Ref: 'Alarms' },
          }),
        },
      },
    },
    broken: [
      [
        'Alarms.Properties.KmsMasterKeyId',
        'alias/aws/sns',
        'Alarms takes messages of cloudwatch.amazonaws.com, under a key of AWS',
      ],
    ],
  },
});
