import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect } from '@jest/globals';
import { type LocalCloud, startLocalCloud, type TestFunction } from '../../testing/local-cloud.ts';
import { until } from '../processes.ts';
import { contract } from './contract.ts';

const STREAMS = 'lambda/latest/dg/with-ddb.html';
const MAPPING = 'lambda/latest/dg/services-dynamodb-eventsourcemapping.html';
const ERRORS = 'lambda/latest/dg/services-dynamodb-errors.html';
const BATCH_FAILURES = 'lambda/latest/dg/services-ddb-batchfailurereporting.html';
const PARAMETERS = 'lambda/latest/dg/services-ddb-params.html';

let cloud: LocalCloud;
let rows: DynamoDBDocumentClient;

const Rows = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'rows',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  },
};
const Failures = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'failures' } };

/** A function that answers with the ids of its records, and throws when the record `bad` is among them. */
const THROWS_ON_BAD = `export const handler = async ({ Records }) => {
  const ids = Records.map(({ dynamodb }) => dynamodb.Keys.id.S);
  if (ids.some((id) => id.startsWith('bad'))) throw Object.assign(new Error(ids.join()), { name: 'Poison' });
  return ids;
};`;

async function start(stream: object, code: string, options: { data?: string; more?: TestFunction } = {}) {
  const { data, more } = options;
  const arn = { 'Fn::GetAtt': ['Rows', 'StreamArn'] };
  const event = { stream: { type: 'dynamodb', startingPosition: 'LATEST', arn, ...stream } };
  cloud = await startLocalCloud({
    ...(data && { data }),
    resources: { Resources: { Rows, Failures } },
    functions: { consume: { code, events: [event] }, ...(more && { more }) },
  });
  rows = DynamoDBDocumentClient.from(new DynamoDBClient());
}
afterEach(async () => {
  rows.destroy();
  await cloud.stop();
});

const put = (id: string, more: object = {}) =>
  rows.send(new PutCommand({ TableName: 'rows', Item: { id, ...more } }));

/** The ids of each batch that the function was invoked with, failed ones included. */
const batches = () =>
  cloud.invocations.map(({ invoked }) =>
    'payload' in invoked ? (JSON.parse(invoked.payload) as string[]) : invoked.error.errorMessage.split(','),
  );
const succeeded = () =>
  cloud.invocations.flatMap(({ invoked }) =>
    'payload' in invoked ? (JSON.parse(invoked.payload) as string[]) : [],
  );

/** The next message on the queue of failures. */
async function failure(): Promise<Record<string, never>> {
  const sqs = new SQSClient();
  const QueueUrl = cloud.resources.Failures;
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
  sqs.destroy();
  return JSON.parse(Messages?.[0]?.Body ?? '{}');
}

describe('a stream', () => {
  contract(
    'amazondynamodb/latest/developerguide/Streams.html',
    'is read by its shards, in the order of writing',
    async () => {
      await start({}, 'export const handler = async () => {}');
      for (const id of ['a', 'b']) await put(id);
      const { LatestStreamArn: StreamArn } =
        (await rows.send(new DescribeTableCommand({ TableName: 'rows' }))).Table ?? {};
      const streams = new DynamoDBStreamsClient();
      const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
      const read: (string | undefined)[] = [];
      for (const { ShardId } of StreamDescription?.Shards ?? []) {
        const { ShardIterator } = await streams.send(
          new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
        );
        const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
        read.push(...Records.map(({ dynamodb }) => dynamodb?.Keys?.id?.S));
      }
      streams.destroy();
      expect(StreamDescription).toMatchObject({
        StreamStatus: 'ENABLED',
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      });
      expect(read).toEqual(['a', 'b']);
    },
  );

  contract(STREAMS, 'invokes the function with an event of the documented shape', async () => {
    await start({}, 'export const handler = async (event) => event');
    await put('a', { n: 1 });
    await until(() => cloud.invocations.length === 1);
    const [entry] = cloud.invocations;
    expect(JSON.parse(entry && 'payload' in entry.invoked ? entry.invoked.payload : '')).toEqual({
      Records: [
        {
          eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventName: 'INSERT',
          eventVersion: '1.1',
          eventSource: 'aws:dynamodb',
          awsRegion: 'eu-west-1',
          dynamodb: {
            ApproximateCreationDateTime: expect.any(Number),
            Keys: { id: { S: 'a' } },
            NewImage: { id: { S: 'a' }, n: { N: '1' } },
            SequenceNumber: expect.stringMatching(/^\d+$/),
            SizeBytes: expect.any(Number),
            StreamViewType: 'NEW_AND_OLD_IMAGES',
          },
          eventSourceARN: expect.stringMatching(
            /^arn:aws:dynamodb:eu-west-1:000000000000:table\/rows\/stream\/[\d.T:-]+$/,
          ),
        },
      ],
    });
  });

  contract(
    'amazondynamodb/latest/developerguide/Streams.html',
    'tells the function of no write that changes nothing',
    async () => {
      await start({}, THROWS_ON_BAD);
      for (const [id, n] of [
        ['a', 1],
        ['a', 1],
        ['b', 1],
        ['a', 2],
      ] as const)
        await put(id, { n });
      await until(() => succeeded().includes('b') && succeeded().length >= 3);
      expect(succeeded()).toEqual(['a', 'b', 'a']);
    },
  );

  contract(STREAMS, 'tells of inserts, changes with the old image, and removals', async () => {
    await start({}, 'export const handler = async (event) => event.Records');
    await put('a', { n: 1 });
    await put('a', { n: 2 });
    await rows.send(new DeleteCommand({ TableName: 'rows', Key: { id: 'a' } }));
    const records = () => succeeded() as unknown as { eventName: string; dynamodb: object }[];
    await until(() => records().length === 3);
    expect(records()).toMatchObject([
      { eventName: 'INSERT', dynamodb: { NewImage: { n: { N: '1' } } } },
      { eventName: 'MODIFY', dynamodb: { OldImage: { n: { N: '1' } }, NewImage: { n: { N: '2' } } } },
      { eventName: 'REMOVE', dynamodb: { OldImage: { n: { N: '2' } } } },
    ]);
    expect(records()[0]?.dynamodb).not.toHaveProperty('OldImage');
    expect(records()[2]?.dynamodb).not.toHaveProperty('NewImage');
  });

  contract(MAPPING, 'is read in order, one batch at a time', async () => {
    await start({ batchSize: 7 }, THROWS_ON_BAD);
    const ids = Array.from({ length: 100 }, (_, index) => `${index}`);
    for (const id of ids) await put(id);
    await until(() => succeeded().length === 100);
    expect(succeeded()).toEqual(ids);
    expect(Math.max(...batches().map(({ length }) => length))).toBeLessThanOrEqual(7);
  });

  contract(PARAMETERS, 'gathers records until the window has passed', async () => {
    await start({ batchWindow: 1 }, THROWS_ON_BAD);
    for (const id of ['a', 'b', 'c']) await put(id);
    await until(() => cloud.invocations.length > 0);
    expect(batches()).toEqual([['a', 'b', 'c']]);
  });

  contract(
    PARAMETERS,
    'begins a new batch when the batch is full, before its window has passed',
    async () => {
      await start({ batchWindow: 300, batchSize: 2 }, THROWS_ON_BAD);
      for (const id of ['a', 'b']) await put(id);
      await until(() => cloud.invocations.length > 0);
      expect(batches()).toEqual([['a', 'b']]);
    },
  );

  contract(
    'lambda/latest/dg/with-ddb-filtering.html',
    'brings only records that a filter matches',
    async () => {
      const filterPatterns = [{ eventName: ['INSERT'], dynamodb: { NewImage: { kind: { S: ['big'] } } } }];
      await start({ filterPatterns }, THROWS_ON_BAD);
      await put('a', { kind: 'small' });
      await put('b', { kind: 'big' });
      await put('c', { kind: 'small' });
      await put('d', { kind: 'big' });
      await until(() => succeeded().length === 2);
      expect(succeeded()).toEqual(['b', 'd']);
    },
  );
});

describe('a batch that fails', () => {
  contract(ERRORS, 'is retried until it succeeds, and nothing overtakes it', async () => {
    await start(
      {},
      `let attempts = 0; export const handler = async ({ Records }) => {
        attempts += 1; if (attempts < 4) throw new Error('not yet');
        return Records.map(({ dynamodb }) => dynamodb.Keys.id.S); };`,
    );
    await put('a');
    await until(() => cloud.invocations.length > 0);
    await put('b');
    await until(() => succeeded().length === 2);
    expect(succeeded()).toEqual(['a', 'b']);
    expect(cloud.invocations.filter(({ status }) => status === 'Error')).toHaveLength(3);
  });

  contract(ERRORS, 'is given up after the maximum of retries, and the next records go on', async () => {
    await start({ maximumRetryAttempts: 2 }, THROWS_ON_BAD);
    await put('bad');
    await until(() => cloud.invocations.length === 3);
    await put('good');
    await until(() => succeeded().length === 1);
    expect(batches()).toEqual([['bad'], ['bad'], ['bad'], ['good']]);
  });

  contract(ERRORS, 'is halved until the poison record is alone, and its effects happen once', async () => {
    await start({ maximumRetryAttempts: 1, bisectBatchOnFunctionError: true, batchWindow: 1 }, THROWS_ON_BAD);
    const ids = ['1', '2', '3', 'bad', '5', '6', '7', '8', '9', '10'];
    for (const id of ids) await put(id);
    await until(() => succeeded().length === 9);
    expect(succeeded()).toEqual(['1', '2', '3', '5', '6', '7', '8', '9', '10']);
    expect(batches().filter((batch) => batch.join() === 'bad')).toHaveLength(2);
  });

  contract(ERRORS, 'is told of at the failure destination, with where to find the records', async () => {
    const destinations = { onFailure: { type: 'sqs', arn: { 'Fn::GetAtt': ['Failures', 'Arn'] } } };
    await start({ maximumRetryAttempts: 1, destinations }, THROWS_ON_BAD);
    await put('bad');
    expect(await failure()).toEqual({
      requestContext: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:test-consume',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 2,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: expect.stringMatching(/Z$/),
      DDBStreamBatchInfo: {
        shardId: expect.stringMatching(/^shardId-/),
        startSequenceNumber: expect.stringMatching(/^\d+$/),
        endSequenceNumber: expect.stringMatching(/^\d+$/),
        approximateArrivalOfFirstRecord: expect.stringMatching(/Z$/),
        approximateArrivalOfLastRecord: expect.stringMatching(/Z$/),
        batchSize: 1,
        streamArn: expect.stringContaining(':table/rows/stream/'),
      },
    });
  });
});

describe('a function that reports batch item failures', () => {
  const reporting = (answer: string) => `
    let runs = 0; export const handler = async ({ Records }) => {
      runs += 1;
      const all = Records.map(({ dynamodb }) => ({ id: dynamodb.Keys.id.S, number: dynamodb.SequenceNumber }));
      const isFirst = runs === 1;
      return Object.assign(${answer}, { ids: all.map(({ id }) => id) });
    };`;
  const seen = () =>
    cloud.invocations.map(({ invoked }) =>
      'payload' in invoked ? JSON.parse(invoked.payload).ids.join('') : '',
    );
  const REPORTS = { functionResponseType: 'ReportBatchItemFailures', batchWindow: 1 };

  contract(BATCH_FAILURES, 'gets the lowest failed record and all behind it again', async () => {
    await start(
      REPORTS,
      reporting(`isFirst ? { batchItemFailures: ['d', 'b'].map((id) => ({
        itemIdentifier: all.find((record) => record.id === id).number })) } : { batchItemFailures: [] }`),
    );
    for (const id of ['a', 'b', 'c', 'd']) await put(id);
    await until(() => cloud.invocations.length === 2);
    expect(seen()).toEqual(['abcd', 'bcd']);
  });

  contract(BATCH_FAILURES, 'is done with the batch when it reports an empty list, or nothing', async () => {
    await start(REPORTS, reporting('isFirst ? { batchItemFailures: [] } : {}'));
    await put('a');
    await until(() => cloud.invocations.length === 1);
    await put('b');
    await until(() => cloud.invocations.length === 2);
    await put('c');
    await until(() => cloud.invocations.length === 3);
    expect(seen()).toEqual(['a', 'b', 'c']);
  });

  contract(BATCH_FAILURES, 'gets the whole batch again for an empty or a missing identifier', async () => {
    await start(
      REPORTS,
      reporting(`runs === 1 ? { batchItemFailures: [{ itemIdentifier: '' }] }
        : runs === 2 ? { batchItemFailures: [{ itemIdentifier: null }] }
        : runs === 3 ? { batchItemFailures: [{ id: 'x' }] } : { batchItemFailures: [] }`),
    );
    for (const id of ['a', 'b']) await put(id);
    await until(() => cloud.invocations.length === 4);
    expect(seen()).toEqual(['ab', 'ab', 'ab', 'ab']);
  });
});

describe('what is left of a batch that was given up', () => {
  contract(ERRORS, 'brings back every record from its first to its last', async () => {
    const filterPatterns = [{ dynamodb: { NewImage: { kind: { S: ['big'] } } } }];
    const destinations = { onFailure: { type: 'sqs', arn: { 'Fn::GetAtt': ['Failures', 'Arn'] } } };
    await start(
      { batchWindow: 1, maximumRetryAttempts: 0, filterPatterns, destinations },
      `let runs = 0; export const handler = async ({ Records }) => {
        runs += 1; if (runs === 1) throw new Error('not yet');
        return Records.map(({ dynamodb }) => dynamodb.Keys.id.S); };`,
    );
    await put('a', { kind: 'big' });
    for (const id of ['b', 'c', 'd']) await put(id, { kind: 'small' });
    await put('e', { kind: 'big' });
    const queues = async () =>
      (await (await fetch(`${cloud.endpoint}/_local/queues`)).json()) as { name: string; visible: number }[];
    await until(async () => (await queues()).some(({ name, visible }) => name === 'failures' && visible > 0));
    const answer = await fetch(`${cloud.endpoint}/_local/queues/failures/redrive`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(await answer.json()).toEqual({ redriven: 1, failed: [] });
    expect(succeeded()).toEqual(expect.arrayContaining(['a', 'e']));
  });
});
