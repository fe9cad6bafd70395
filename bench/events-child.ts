/** Drives the local cloud with messages and stream records in a process of its own, and measures that process. */
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { awsClient } from '../offline/aws/client.ts';
import { startLocalCloud } from '../offline/testing/local-cloud.ts';

const [count = 0, chunks = 1] = process.argv.slice(2).map(Number);
const RAW = Math.min(count, 5_000);
const WORKERS = 8;

const table = (TableName: string) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  },
});
const resource = (id: string, attribute: string) => ({ 'Fn::GetAtt': [id, attribute] });

const cloud = await startLocalCloud({
  resources: {
    Resources: {
      Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
      Raw: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'raw' } },
      Rows: table('rows'),
      RawRows: table('raw-rows'),
    },
  },
  functions: {
    consume: {
      code: 'export const handler = async ({ Records }) => Records.length',
      events: [{ sqs: { arn: resource('Jobs', 'Arn') } }],
    },
    follow: {
      code: 'export const handler = async ({ Records }) => Records.length',
      events: [{ stream: { type: 'dynamodb', arn: resource('Rows', 'StreamArn') } }],
    },
  },
});
const client = awsClient(cloud.endpoint, 'eu-west-1');
const sqs = <Output>(queue: string, operation: string, input: object) =>
  client.json<Output>('sqs', `AmazonSQS.${operation}`, { QueueUrl: cloud.resources[queue], ...input });
const streams = <Output>(operation: string, input: object) =>
  client.json<Output>('dynamodb', `DynamoDBStreams_20120810.${operation}`, input);

const sendTen = (queue: string) =>
  sqs(queue, 'SendMessageBatch', {
    Entries: Array.from({ length: 10 }, (_, id) => ({ Id: String(id), MessageBody: `{"number":${id}}` })),
  });
const putRow = (TableName: string, id: number) =>
  client.json('dynamodb', 'DynamoDB_20120810.PutItem', { TableName, Item: { id: { S: String(id) } } });

async function repeated(times: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < times; index = next++) await call(index);
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}

/** Events per second from the first call to the last effect. */
async function perSecond(events: number, run: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await run();
  return (events / (performance.now() - begin)) * 1_000;
}

/** How many records the functions have seen; forgotten, so that what is kept for tests does not count as a leak. */
let seen = 0;
const forgetting = cloud.invocations as unknown as { splice(start: number): typeof cloud.invocations };
async function untilSeen(wanted: number): Promise<void> {
  for (;;) {
    for (const { invoked } of forgetting.splice(0)) if ('payload' in invoked) seen += Number(invoked.payload);
    if (seen >= wanted) return;
    await delay(5);
  }
}

function megabytes(): { rss: number; heap: number } {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss: rss / 1e6, heap: heapUsed / 1e6 };
}

async function drainRaw(): Promise<void> {
  for (let left = RAW; left > 0; ) {
    const { Messages = [] } = await sqs<{ Messages?: { ReceiptHandle: string }[] }>('Raw', 'ReceiveMessage', {
      MaxNumberOfMessages: 10,
    });
    const Entries = Messages.map(({ ReceiptHandle }, id) => ({ Id: String(id), ReceiptHandle }));
    if (Entries.length > 0) await sqs('Raw', 'DeleteMessageBatch', { Entries });
    left -= Entries.length;
  }
}

async function readRaw(): Promise<void> {
  const { Streams } = await streams<{ Streams: { StreamArn: string }[] }>('ListStreams', {
    TableName: 'raw-rows',
  });
  const StreamArn = Streams[0]?.StreamArn;
  const { StreamDescription } = await streams<{ StreamDescription: { Shards: { ShardId: string }[] } }>(
    'DescribeStream',
    { StreamArn },
  );
  let { ShardIterator } = await streams<{ ShardIterator: string }>('GetShardIterator', {
    StreamArn,
    ShardId: StreamDescription.Shards[0]?.ShardId,
    ShardIteratorType: 'TRIM_HORIZON',
  });
  for (let left = RAW; left > 0; ) {
    const answer = await streams<{ Records: object[]; NextShardIterator: string }>('GetRecords', {
      ShardIterator,
      Limit: 100,
    });
    left -= answer.Records.length;
    ShardIterator = answer.NextShardIterator;
  }
}

const raw = {
  queue: await perSecond(RAW, async () => {
    await repeated(RAW / 10, () => sendTen('Raw'));
    await drainRaw();
  }),
  stream: await perSecond(RAW, async () => {
    await repeated(RAW, (id) => putRow('raw-rows', id));
    await readRaw();
  }),
};
const chunk = count / chunks;
const rates = { queue: [] as number[], stream: [] as number[] };
const memory: { rss: number; heap: number }[] = [];
for (let index = 0; index < chunks; index += 1) {
  rates.queue.push(
    await perSecond(chunk, async () => {
      await repeated(chunk / 10, () => sendTen('Jobs'));
      await untilSeen((2 * index + 1) * chunk);
    }),
  );
  rates.stream.push(
    await perSecond(chunk, async () => {
      await repeated(chunk, (id) => putRow('rows', id));
      await untilSeen((2 * index + 2) * chunk);
    }),
  );
  memory.push(megabytes());
}
await cloud.stop();
writeSync(3, JSON.stringify({ raw, rates, memory }));
process.exit(0);
