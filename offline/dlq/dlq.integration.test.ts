import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeEndpoints } from '../endpoints.ts';
import { until } from '../test/processes.ts';
import { type LocalCloud, startLocalCloud } from '../testing/local-cloud.ts';

const folder = mkdtempSync(join(tmpdir(), 'dlq-'));
const mended = join(folder, 'mended');
const PROGRAM = join(import.meta.dirname, '../dlq.ts');

/** Answers what it was given, and fails as long as nobody has mended it. */
const code = `import { existsSync } from 'node:fs';
export const handler = async (event) => {
  if (!existsSync(${JSON.stringify(mended)})) throw new RangeError('not yet');
  return event.Records?.map(({ body, dynamodb }) => body ?? dynamodb) ?? event;
};`;

const queue = (QueueName: string, more: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, ...more },
});
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const ARN = 'arn:aws:sqs:eu-west-1:000000000000:';
const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:';

let cloud: LocalCloud;
let sqs: SQSClient;
let lambda: LambdaClient;
let dynamodb: DynamoDBClient;

/** As if it were deployed as stage prod, beside a stage whose name ends alike. */
const startShop = () =>
  startLocalCloud({
    resources: {
      Resources: {
        Jobs: queue('shop-jobs-prod', {
          VisibilityTimeout: 1,
          RedrivePolicy: { deadLetterTargetArn: arnOf('JobDeadLetters'), maxReceiveCount: 1 },
        }),
        JobDeadLetters: queue('shop-job-dead-letters-prod'),
        ChangeFailures: queue('shop-change-failures-prod'),
        InvoiceDeadLetters: queue('shop-invoice-dead-letters-prod'),
        Others: queue('shop-job-dead-letters-dev-prod'),
        Rows: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            TableName: 'rows',
            BillingMode: 'PAY_PER_REQUEST',
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
          },
        },
      },
    },
    functions: {
      consume: { code, events: [{ sqs: { arn: arnOf('Jobs') } }] },
      follow: {
        code,
        events: [
          { eventBridge: { name: 'fixed', pattern: { source: ['shop'] }, input: { Records: [] } } },
          {
            stream: {
              type: 'dynamodb',
              arn: { 'Fn::GetAtt': ['Rows', 'StreamArn'] },
              maximumRetryAttempts: 0,
              destinations: { onFailure: { type: 'sqs', arn: arnOf('ChangeFailures') } },
            },
          },
        ],
      },
      invoice: {
        code,
        events: [{ eventBridge: { name: 'orders', pattern: { source: ['shop'] } } }],
        maximumRetryAttempts: 0,
        destinations: { onFailure: { type: 'sqs', arn: arnOf('InvoiceDeadLetters') } },
      },
    },
  });

beforeEach(async () => {
  rmSync(mended, { force: true });
  cloud = await startShop();
  sqs = new SQSClient();
  lambda = new LambdaClient();
  dynamodb = new DynamoDBClient();
  pointAt(cloud);
});
afterEach(async () => {
  for (const client of [sqs, lambda, dynamodb]) client.destroy();
  await cloud.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** As the local cloud does for those who look for it. */
function pointAt({ endpoint, resources }: LocalCloud): void {
  const nowhere = {
    http: null,
    websocket: null,
    reports: null,
    database: null,
    docs: null,
    console: null,
    issuer: '',
  };
  writeEndpoints(folder, { ...nowhere, aws: endpoint, resources });
}

interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Beside this process, in which the cloud runs. */
function dlq(...args: string[]): Promise<Run> {
  const { promise, resolve } = Promise.withResolvers<Run>();
  const env = { ...process.env, LOCAL_CLOUD_STATE: folder };
  execFile(process.execPath, [PROGRAM, ...args], { env }, (error, stdout, stderr) => {
    resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
  });
  return promise;
}

const prod = (...args: string[]) => dlq(...args, '--stage', 'prod');

interface Row {
  readonly id: string;
  readonly body: string;
  readonly receive_count: number;
}
async function messagesOf(name: string): Promise<Row[]> {
  const response = await fetch(`${cloud.endpoint}/_local/queues/${name}/messages`);
  return (await response.json()) as Row[];
}
/** Waits for as many messages to be where they were given up. */
async function given(name: string, count: number): Promise<Row[]> {
  await until(async () => (await messagesOf(name)).length === count);
  return messagesOf(name);
}

/** What functions have done, rather than failed to do. */
const done = () =>
  cloud.invocations.flatMap(({ functionKey, invoked }) =>
    'payload' in invoked ? [[functionKey, JSON.parse(invoked.payload)]] : [],
  );

const failJob = (MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: cloud.resources.Jobs, MessageBody }));
const failChange = (id: string) =>
  dynamodb.send(
    new PutItemCommand({ TableName: 'rows', Item: { id: { S: id }, key: { B: Buffer.from('k') } } }),
  );
const failInvoice = (order: string) =>
  lambda.send(
    new InvokeCommand({
      FunctionName: 'test-invoice',
      InvocationType: 'Event',
      Payload: JSON.stringify({ order }),
    }),
  );

describe('npm run dlq for a deployed stage', () => {
  it('lists its queues, with the reason of each message, and leaves all of them to be received', async () => {
    await failJob('first');
    await failChange('a');
    await failInvoice('o1');
    const [job] = await given('shop-job-dead-letters-prod', 1);
    const [change] = await given('shop-change-failures-prod', 1);
    const [invoice] = await given('shop-invoice-dead-letters-prod', 1);

    const { stdout, status } = await prod();
    expect(status).toBe(0);
    expect(stdout.replace(/\d+ s\b/g, '… s').replace(/from \d+$/m, 'from …')).toBe(`\
shop-change-failures-prod: 1 waiting, 0 in flight, the oldest for … s
  ${change?.id}  … s old, received 1×
    from     stream of table rows
    reason   Unhandled (RetryAttemptsExhausted when it had run 1×)
    message  1 record from …
shop-invoice-dead-letters-prod: 1 waiting, 0 in flight, the oldest for … s
  ${invoice?.id}  … s old, received 1×
    from     asynchronous invocation of function test-invoice
    reason   RangeError: not yet (RetriesExhausted when it had run 1×)
    message  {"order":"o1"}
shop-job-dead-letters-prod: 1 waiting, 0 in flight, the oldest for … s
  ${job?.id}  … s old, received 2×
    from     queue shop-jobs-prod
    reason   nobody deleted it, as often as shop-jobs-prod gave it out
    message  first
`);
    expect((await prod('show', 'shop-invoice-dead-letters-prod', invoice?.id ?? '')).stdout).toContain(
      '"errorType": "RangeError"',
    );
  });

  it('brings back what a queue gave up, and each is done once', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, number) => failJob(`job ${number}`)));
    await given('shop-job-dead-letters-prod', 12);
    writeFileSync(mended, '');
    const dryRun = await prod('redrive', 'shop-job-dead-letters-prod', '--dry-run');
    expect(dryRun.stdout).toBe(
      `A redrive of ${ARN}shop-job-dead-letters-prod brings\n  12 to queue shop-jobs-prod\nNothing has been done.\n`,
    );
    expect(done()).toEqual([]);
    const { stdout } = await prod('redrive', 'shop-job-dead-letters-prod', '--yes');
    expect(stdout).toContain('12 redriven, 0 left\n');
    const jobs = () => done().flatMap(([, bodies]) => bodies as string[]);
    await until(() => jobs().length >= 12);
    expect(jobs().sort()).toEqual(Array.from({ length: 12 }, (_, number) => `job ${number}`).sort());
    expect(await messagesOf('shop-job-dead-letters-prod')).toEqual([]);
  });

  it('brings one message back, and leaves the others', async () => {
    await Promise.all([failJob('one'), failJob('other')]);
    const letters = await given('shop-job-dead-letters-prod', 2);
    writeFileSync(mended, '');
    const id = letters.find(({ body }) => body === 'one')?.id ?? '';
    const { stdout } = await prod('redrive', 'shop-job-dead-letters-prod', '--message', id, '--yes');
    expect(stdout).toContain('1 redriven, 0 left\n');
    await until(() => done().length > 0);
    expect(done()).toEqual([['consume', ['one']]]);
    expect(await messagesOf('shop-job-dead-letters-prod')).toMatchObject([{ body: 'other' }]);
    expect((await prod('redrive', 'shop-job-dead-letters-prod', '--yes')).stdout).toContain('1 redriven');
  });

  it('hands a function the event that it failed for', async () => {
    await failInvoice('o1');
    await given('shop-invoice-dead-letters-prod', 1);
    writeFileSync(mended, '');
    await prod('redrive', 'shop-invoice-dead-letters-prod', '--yes');
    await until(() => done().length > 0);
    expect(done()).toEqual([['invoice', { order: 'o1' }]]);
    expect(await messagesOf('shop-invoice-dead-letters-prod')).toEqual([]);
  });

  it('reads changes from the stream again, and keeps the message when the function fails again', async () => {
    await failChange('a');
    await given('shop-change-failures-prod', 1);
    const early = await prod('redrive', 'shop-change-failures-prod', '--yes');
    expect([early.status, early.stdout.split('\n').at(-2)]).toEqual([1, '0 redriven, 1 left']);
    expect(early.stderr).toMatch(/^ {2}[\w-]+: The function fails: not yet\n$/);
    writeFileSync(mended, '');
    expect((await prod('redrive', 'shop-change-failures-prod', '--yes')).stdout).toContain('1 redriven');
    expect(done()).toMatchObject([
      [
        'follow',
        [
          {
            ApproximateCreationDateTime: expect.any(Number),
            Keys: { id: { S: 'a' } },
            NewImage: { id: { S: 'a' }, key: { B: 'aw==' } },
          },
        ],
      ],
    ]);
    expect(await messagesOf('shop-change-failures-prod')).toEqual([]);
  });

  it('says of changes that the stream does not keep any more that they are gone', async () => {
    const DDBStreamBatchInfo = {
      shardId: 'shardId-00000001573689847184-864758bb',
      startSequenceNumber: '1',
      endSequenceNumber: '1',
      batchSize: 1,
      streamArn: 'arn:aws:dynamodb:eu-west-1:000000000000:table/rows/stream/2019-11-14T00:04:06.388',
    };
    const requestContext = { functionArn: `${FUNCTION}test-follow` };
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: cloud.resources.ChangeFailures,
        MessageBody: JSON.stringify({ requestContext, DDBStreamBatchInfo }),
      }),
    );
    const { status, stderr } = await prod('redrive', 'shop-change-failures-prod', '--yes');
    expect([status, stderr.split(': ').slice(1).join(': ')]).toEqual([
      1,
      'The stream keeps changes for a day and no longer has these: look into its table for what holds now.\n',
    ]);
  });

  it('brings events of rules to their functions, and leaves what nobody could bring anywhere', async () => {
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: cloud.resources.InvoiceDeadLetters,
        Entries: [
          {
            Id: 'rule',
            MessageBody: '{"detail":{"order":"o1"}}',
            MessageAttributes: {
              RULE_ARN: text('arn:aws:events:eu-west-1:000000000000:rule/orders'),
              TARGET_ARN: text(`${FUNCTION}test-invoice`),
              ERROR_CODE: text('NO_PERMISSIONS'),
            },
          },
          {
            Id: 'changed',
            MessageBody: '{"detail":{"order":"o1"}}',
            MessageAttributes: {
              RULE_ARN: text('arn:aws:events:eu-west-1:000000000000:rule/fixed'),
              TARGET_ARN: text(`${FUNCTION}test-follow`),
            },
          },
          { Id: 'lost', MessageBody: 'lost' },
        ],
      }),
    );
    writeFileSync(mended, '');
    const { status, stdout, stderr } = await prod('redrive', 'shop-invoice-dead-letters-prod', '--yes');
    expect(status).toBe(1);
    expect(stdout).toContain('\n  1 to function test-invoice\n');
    expect(stdout).toContain('\n  1 nowhere: It does not say where it came from.\n');
    expect(stdout).toContain('\n1 redriven, 2 left\n');
    expect(stderr).toContain(': It does not say where it came from.\n');
    expect(stderr).toContain(': Rule fixed changes what its target gets, which a redrive cannot repeat.\n');
    await until(() => done().length > 0);
    expect(done()).toEqual([['invoice', { detail: { order: 'o1' } }]]);
    expect(await messagesOf('shop-invoice-dead-letters-prod')).toHaveLength(2);
  });

  it.each([
    [
      ['redrive', 'shop-job-dead-letters-prod'],
      'There is no terminal to ask on: give --yes, or --dry-run to see what would be done.',
    ],
    [['redrive', 'shop-jobs-prod'], 'There is no dead-letter queue "shop-jobs-prod".'],
    [
      ['show', 'shop-job-dead-letters-prod', 'x'],
      'There is no message x among the first of shop-job-dead-letters-prod.',
    ],
    [['list', '--yes'], '--yes is for redrive.'],
    [['show', 'one'], 'npm run dlq -- show one means nothing. --help shows what does.'],
    [['--limit', '0'], '--limit 0: a whole number from 1 to 100 is expected.'],
  ])('refuses %j on one line', async (args, message) => {
    const { status, stdout, stderr } = await prod(...args);
    expect([status, stdout, stderr]).toEqual([1, '', `Error: ${message}\n`]);
  });

  it('ends in silence when nobody reads on', async () => {
    const child = spawn(process.execPath, [PROGRAM], {
      env: { ...process.env, LOCAL_CLOUD_STATE: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const [errors, [status]] = await Promise.all([child.stderr.toArray(), once(child, 'exit')]);
    expect([status, Buffer.concat(errors).toString()]).toEqual([0, '']);
  });

  it('does not take a stage that is not there for one in which all is well', async () => {
    const { status, stderr } = await dlq('--stage', 'staging');
    expect([status, stderr]).toEqual([
      1,
      'Error: Stage staging has no dead-letter queues in the account and region of the environment.\n',
    ]);
  });
});

describe('npm run dlq for the local cloud', () => {
  it('shows messages without receiving them, and of many only the first', async () => {
    for (const body of ['one', 'two', 'three']) await failJob(body);
    const [first] = await given('shop-job-dead-letters-prod', 3);
    const { stdout } = await dlq('--limit', '1');
    expect(stdout).toContain(`  ${first?.id}  `);
    expect(stdout).toContain('    message  one\n  and 2 more\n');
    expect((await dlq('show', 'shop-job-dead-letters-prod', first?.id ?? '')).stdout).toMatch(/\n\none\n$/);
    const dryRun = await dlq('redrive', 'shop-job-dead-letters-prod', '--dry-run');
    expect(dryRun.stdout).toContain('\n  3 to queue shop-jobs-prod\nNothing has been done.\n');
    expect(
      (await messagesOf('shop-job-dead-letters-prod')).map(({ receive_count }) => receive_count),
    ).toEqual([1, 1, 1]);
  });
});

describe('the whole application', () => {
  it('has no dead-letter queue that a stage of it does not show', async () => {
    await cloud.stop();
    cloud = await startLocalCloud();
    pointAt(cloud);
    const namesIn = ({ stdout }: Run) => stdout.split('\n').map((line) => line.split(':')[0]);
    const deployed = namesIn(await dlq('--stage', 'test'));
    expect(deployed).toContain('shop-import-dead-letters-test');
    expect(deployed).toEqual(namesIn(await dlq()));
  });
});
