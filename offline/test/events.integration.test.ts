import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type AwsClient, awsClient } from '../aws/client.ts';
import { type OfflineProcess, startOffline } from '../testing/offline.ts';
import { fixtureApplication } from './fixture.ts';
import { until } from './processes.ts';

jest.setTimeout(120_000);

const data = mkdtempSync(join(tmpdir(), 'data-'));
const application = fixtureApplication('fixture-events');
const start = () => startOffline({ folder: application.folder, args: ['--data', data] });
const clientOf = ({ endpoints }: OfflineProcess) => awsClient(endpoints.aws, 'eu-west-1');

let offline: OfflineProcess;
beforeAll(async () => {
  offline = await start();
});
afterAll(async () => {
  await offline.stop();
  application.remove();
  rmSync(data, { recursive: true });
});

const dynamoDb = <Output>(client: AwsClient, operation: string, input: object) =>
  client.json<Output>('dynamodb', `DynamoDB_20120810.${operation}`, input);
const putRow = (client: AwsClient, id: string, TableName = 'rows') =>
  dynamoDb(client, 'PutItem', { TableName, Item: { id: { S: id } } });
const send = (client: AwsClient, MessageBody: string) =>
  client.json('sqs', 'AmazonSQS.SendMessage', { QueueUrl: offline.endpoints.resources.Jobs, MessageBody });

/** How often each thing has happened. */
async function effects(client: AwsClient): Promise<Map<string, number>> {
  const { Items } = await dynamoDb<{ Items: { id: { S: string }; happened?: { N: string } }[] }>(
    client,
    'Scan',
    {
      TableName: 'effects',
    },
  );
  return new Map(Items.map(({ id, happened }) => [id.S, Number(happened?.N)]));
}

const named = (kind: string, happened: ReadonlyMap<string, number>) =>
  [...happened.keys()].filter((id) => id.startsWith(kind)).length;

async function untilEffects(client: AwsClient, wanted: Readonly<Record<string, number>>): Promise<void> {
  for (let last = -1; ; ) {
    const happened = await effects(client);
    const isDone = Object.entries(wanted).every(([kind, count]) => named(kind, happened) === count);
    if (isDone) return;
    // As long as something goes on it may take its time, on a slow machine too.
    await until(async () => (await effects(client)).size !== last);
    last = happened.size;
  }
}

/** Calls with every number below `count` until `isOver`, some at a time; answers the numbers that are left. */
async function all(count: number, call: (index: number) => Promise<unknown>): Promise<number[]> {
  const left: number[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) {
      await call(index).catch(() => left.push(index));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return left;
}

const dlq = (...args: string[]) =>
  spawnSync(process.execPath, [join(application.folder, 'offline/dlq.ts'), ...args], {
    cwd: application.folder,
    env: { LOCAL_CLOUD_STATE: offline.stateFolder },
    encoding: 'utf8',
  });

describe('the whole cloud', () => {
  it('loses nothing to kill -9: messages, stream records and executions have their effects', async () => {
    const first = clientOf(offline);
    const startExecution = (client: AwsClient, id: number) =>
      client.json('states', 'AWSStepFunctions.StartExecution', {
        stateMachineArn: offline.endpoints.resources.Machine,
        name: `execution-${id}`,
        input: JSON.stringify({ id: String(id) }),
      });
    const working = [
      all(1_000, (id) => send(first, String(id))),
      all(1_000, (id) => putRow(first, String(id))),
      all(100, (id) => startExecution(first, id)),
    ];
    await until(async () => (await effects(first)).size > 300);
    await offline.kill9();
    const [messages = [], rows = [], executions = []] = await Promise.all(working);
    // It was in the midst of its work.
    expect(messages.length + rows.length).toBeGreaterThan(0);

    offline = await start();
    const second = clientOf(offline);
    for (const id of messages) await send(second, String(id));
    for (const id of rows) await putRow(second, String(id));
    for (const id of executions) await startExecution(second, id);

    await untilEffects(second, { queue: 1_000, stream: 1_000, step: 100 });
    const statuses = async () => {
      const { executions: found } = await second.json<{ executions: { status: string }[] }>(
        'states',
        'AWSStepFunctions.ListExecutions',
        { stateMachineArn: offline.endpoints.resources.Machine },
      );
      return found.map(({ status }) => status);
    };
    await until(async () => !(await statuses()).includes('RUNNING'));
    expect(await statuses()).toEqual(Array.from({ length: 100 }, () => 'SUCCEEDED'));
    const happened = await effects(second);
    // Each execution has two steps; one that was interrupted may have been repeated.
    expect(Math.min(...Array.from({ length: 100 }, (_, id) => happened.get(`step ${id}`) ?? 0))).toBe(2);
  });

  it('brings a poison message and a poison record back after the fix, and the good ones only once', async () => {
    const client = clientOf(offline);
    const before = named('queue', await effects(client)) + named('stream', await effects(client));
    const good = Array.from({ length: 9 }, (_, index) => `good-${index}`);
    for (const body of [...good.slice(0, 5), 'bad', ...good.slice(5)]) {
      await send(client, body);
      await putRow(client, body);
    }
    const waiting = async (queue: string) => {
      const queues = (await (await fetch(`${offline.endpoints.aws}/_local/queues`)).json()) as {
        name: string;
        visible: number;
      }[];
      return queues.find(({ name }) => name === queue)?.visible;
    };
    await until(async () => (await waiting('follow-failures')) === 1);
    await until(async () => (await waiting('jobs-dlq')) === 1, 30_000);
    const happened = await effects(client);
    expect(named('queue', happened) + named('stream', happened) - before).toBe(18);
    expect(good.flatMap((id) => [happened.get(`queue ${id}`), happened.get(`stream ${id}`)])).toEqual(
      Array.from({ length: 18 }, () => 1),
    );
    expect(dlq().stdout).toMatch(
      /follow-failures: 1 waiting, 0 in flight,.*\n(?: .*\n)+jobs-dlq: 1 waiting, 0 in flight,.*\n(?: .*\n)+ +message +bad\n/,
    );
    const early = dlq('redrive', 'follow-failures', '--yes');
    expect([early.status, early.stdout.split('\n').at(-2)]).toEqual([1, '0 redriven, 1 left']);
    expect(early.stderr).toContain('The function fails: a bad row');

    await putRow(client, 'mended', 'effects');
    expect(dlq('redrive', 'jobs-dlq', '--yes').stdout).toContain('1 redriven, 0 left\n');
    expect(dlq('redrive', 'follow-failures', '--yes').stdout).toContain('1 redriven, 0 left\n');
    await until(async () => (await effects(client)).has('queue bad'));
    expect((await effects(client)).get('stream bad')).toBe(1);
    expect([await waiting('jobs-dlq'), await waiting('follow-failures')]).toEqual([0, 0]);
  });

  it.each([
    [['redrive', 'none', '--yes'], 'Error: There is no dead-letter queue "none".\n'],
    [
      ['redrive', 'jobs-dlq', '--message', 'x', '--yes'],
      'Error: There is no message x among the first of jobs-dlq.\n',
    ],
    [['explode'], 'Error: npm run dlq -- explode means nothing. --help shows what does.\n'],
  ])('npm run dlq -- %j is refused on one line', (args, message) => {
    const { status, stderr } = dlq(...args);
    expect([status, stderr]).toEqual([1, message]);
  });
});
