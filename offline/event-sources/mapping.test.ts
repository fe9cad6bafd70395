import { describe, expect, it } from '@jest/globals';
import { eventSourceMapping } from './function-events.ts';
import { mappingOf } from './mapping.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:jobs';
const STREAM = 'arn:aws:dynamodb:eu-west-1:000000000000:table/rows/stream/1';

const map = (properties: object) =>
  mappingOf(
    {
      logicalId: 'Jobs',
      type: 'AWS::Lambda::EventSourceMapping',
      properties: { FunctionName: 'shop-dev-import', ...properties },
    },
    (name) => `arn:${name}`,
  );

describe('an event source mapping', () => {
  it('of a queue has the defaults of CloudFormation', () => {
    expect(map({ EventSourceArn: QUEUE })).toMatchObject({
      kind: 'queue',
      function: 'shop-dev-import',
      queueArn: QUEUE,
      batchSize: 10,
      windowMs: 0,
      reportsFailures: false,
    });
  });

  it('of a stream has the defaults of CloudFormation', () => {
    expect(map({ EventSourceArn: STREAM, StartingPosition: 'LATEST' })).toMatchObject({
      kind: 'stream',
      functionArn: 'arn:shop-dev-import',
      batchSize: 100,
      windowMs: 0,
      bisects: false,
      maximumRetryAttempts: -1,
      maximumRecordAgeSeconds: -1,
      onFailureArn: undefined,
      reportsFailures: false,
    });
  });

  it('takes numbers that are written as text', () => {
    expect(map({ EventSourceArn: QUEUE, BatchSize: '5', MaximumBatchingWindowInSeconds: '3' })).toMatchObject(
      {
        batchSize: 5,
        windowMs: 3_000,
      },
    );
  });

  it('that is disabled is none', () => {
    expect(map({ EventSourceArn: QUEUE, Enabled: false })).toBeUndefined();
  });

  it('takes a record that any of its filters matches', () => {
    const Filters = ['{"body":{"kind":["big"]}}', '{"body":{"size":[{"numeric":[">",9]}]}}'].map(
      (Pattern) => ({
        Pattern,
      }),
    );
    const mapping = map({ EventSourceArn: QUEUE, FilterCriteria: { Filters } });
    const bodies = [{ kind: 'big' }, { size: 10 }, { kind: 'small', size: 9 }];
    expect(bodies.map((body) => mapping?.isWanted({ body }))).toEqual([true, true, false]);
  });

  it.each([
    [
      { EventSourceArn: 'arn:aws:kinesis:eu-west-1:0:stream/x' },
      'does not support arn:aws:kinesis:eu-west-1:0:stream/x as an event source',
    ],
    [{ EventSourceArn: QUEUE, Queues: [] }, 'Jobs: the local cloud does not support Queues.'],
    [{ EventSourceArn: QUEUE, StartingPosition: 'LATEST' }, 'does not support StartingPosition.'],
    [
      { EventSourceArn: `${QUEUE}.fifo`, BatchSize: 11, MaximumBatchingWindowInSeconds: 1 },
      'batch size of a FIFO queue is 10',
    ],
    [
      { EventSourceArn: QUEUE, ScalingConfig: { MaximumConcurrency: 1 } },
      'Jobs: ScalingConfig.MaximumConcurrency: ',
    ],
    [{ EventSourceArn: STREAM }, 'Jobs: StartingPosition: '],
    [{ EventSourceArn: STREAM, StartingPosition: 'AT_TIMESTAMP' }, 'Jobs: StartingPosition: '],
    [
      { EventSourceArn: STREAM, StartingPosition: 'LATEST', TumblingWindowInSeconds: 1 },
      'does not support TumblingWindowInSeconds.',
    ],
    [
      { EventSourceArn: STREAM, StartingPosition: 'LATEST', ParallelizationFactor: 2 },
      'Jobs: ParallelizationFactor: ',
    ],
    [
      {
        EventSourceArn: STREAM,
        StartingPosition: 'LATEST',
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } },
      },
      'only a queue or a topic is supported locally',
    ],
    [
      { EventSourceArn: QUEUE, FilterCriteria: { Filters: [{ Pattern: '{"body":[{"sounds-like":"x"}]}' }] } },
      'a filter pattern is not valid',
    ],
  ])('is refused by name: %#', (properties, message) => {
    expect(() => map(properties)).toThrow(message);
  });
});

describe('an event of a function', () => {
  const resourceOf = (event: Record<string, unknown>) =>
    eventSourceMapping('import', 'shop-dev-import', event, 0);

  it('of a queue becomes what the framework makes of it', () => {
    const sqs = {
      arn: QUEUE,
      batchSize: 20,
      maximumBatchingWindow: 5,
      functionResponseType: 'ReportBatchItemFailures',
      maximumConcurrency: 4,
      filterPatterns: [{ body: { a: [1] } }],
    };
    expect(resourceOf({ sqs })?.properties).toEqual({
      FunctionName: 'shop-dev-import',
      EventSourceArn: QUEUE,
      BatchSize: 20,
      MaximumBatchingWindowInSeconds: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 4 },
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":[1]}}' }] },
    });
    expect(resourceOf({ sqs: QUEUE })?.properties).toEqual({
      FunctionName: 'shop-dev-import',
      EventSourceArn: QUEUE,
    });
  });

  it('of a stream has the defaults of the framework: ten records from TRIM_HORIZON on', () => {
    expect(resourceOf({ stream: STREAM })?.properties).toEqual({
      FunctionName: 'shop-dev-import',
      EventSourceArn: STREAM,
      BatchSize: 10,
      StartingPosition: 'TRIM_HORIZON',
    });
    const stream = {
      arn: STREAM,
      destinations: { onFailure: { type: 'sqs', arn: QUEUE } },
      maximumRetryAttempts: 3,
    };
    expect(resourceOf({ stream })?.properties).toMatchObject({
      MaximumRetryAttempts: 3,
      DestinationConfig: { OnFailure: { Destination: QUEUE } },
    });
  });

  it('of another kind is not for here', () => {
    expect(resourceOf({ schedule: 'rate(1 minute)' })).toBeUndefined();
  });

  it.each([
    [
      { sqs: { arn: QUEUE, consumer: true } },
      'function import: sqs: the local cloud does not support consumer.',
    ],
    [{ stream: { arn: STREAM, type: 'kinesis' } }, 'function import: stream: type: '],
    [
      { stream: { arn: STREAM, startingPositionTimestamp: 1 } },
      'does not support startingPositionTimestamp.',
    ],
  ])('is refused by name: %j', (event, message) => {
    expect(() => resourceOf(event)).toThrow(message);
  });
});
