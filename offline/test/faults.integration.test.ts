import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../testing/local-cloud.ts';

let cloud: LocalCloud;
let rows: DynamoDBClient;
let lambda: LambdaClient;

beforeAll(async () => {
  const Rows = {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'rows',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    },
  };
  cloud = await startLocalCloud({
    resources: { Resources: { Rows } },
    functions: {
      quick: { code: 'export const handler = async () => 1' },
      slow: { code: 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 1_000))' },
    },
  });
  rows = new DynamoDBClient({ maxAttempts: 1 });
  lambda = new LambdaClient({ maxAttempts: 1 });
});
afterEach(() => control('PUT', 'faults', {}));
afterAll(async () => {
  rows.destroy();
  lambda.destroy();
  await cloud.stop();
});

const put = (id: string) => rows.send(new PutItemCommand({ TableName: 'rows', Item: { id: { S: id } } }));
const get = (id: string) => rows.send(new GetItemCommand({ TableName: 'rows', Key: { id: { S: id } } }));
const invoke = (name: string) => lambda.send(new InvokeCommand({ FunctionName: `test-${name}` }));

/** What the control API says, by path. */
interface Answer {
  readonly paths: string[];
  readonly inFlight: object[];
  readonly recent: object[];
}

async function control(method: string, path: string, body?: object, headers: object = {}) {
  const response = await fetch(`${cloud.endpoint}/_local/${path}`, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as Answer };
}

const plan = (...rules: object[]) => control('PUT', 'faults', { rules });
/** What became of as many calls, one after the other. */
async function fates(times: number, call: (index: number) => Promise<unknown>): Promise<string[]> {
  const names: string[] = [];
  for (let index = 0; index < times; index += 1) {
    names.push(
      await call(index).then(
        () => 'ok',
        (error: Error) => error.name,
      ),
    );
  }
  return names;
}

describe('a fault', () => {
  it('throttles as the service does, for the operation only', async () => {
    await plan({ service: 'dynamodb', operation: 'PutItem', fault: 'throttle' });
    await expect(put('a')).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    expect((await get('a')).Item).toBeUndefined();
  });

  it('answers an internal error, without doing the work', async () => {
    await plan({ service: 'dynamodb', operation: 'PutItem', fault: 'error', count: 1 });
    await expect(put('undone')).rejects.toMatchObject({
      name: 'InternalServerError',
      $metadata: { httpStatusCode: 500 },
    });
    expect((await get('undone')).Item).toBeUndefined();
  });

  it('ends after its count, and says how often it struck', async () => {
    await plan({ service: 'dynamodb', fault: 'throttle', count: 2 });
    expect(await fates(4, () => get('a'))).toEqual([
      ...Array.from({ length: 2 }, () => 'ProvisionedThroughputExceededException'),
      ...['ok', 'ok'],
    ]);
    const { answer } = await control('GET', 'faults');
    expect(answer).toMatchObject({ seed: 1, rules: [{ fault: 'throttle', count: 2, struck: 2 }] });
  });

  it('drops the reply after the work was done', async () => {
    await plan({ service: 'dynamodb', operation: 'PutItem', fault: 'dropReply', count: 1 });
    await expect(put('done')).rejects.toThrow();
    expect((await get('done')).Item).toEqual({ id: { S: 'done' } });
  });

  it('delays, and does the work', async () => {
    await plan({ service: 'dynamodb', operation: 'PutItem', fault: 'delay', milliseconds: 300, count: 1 });
    const begin = performance.now();
    await put('late');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(295);
    expect((await get('late')).Item).toBeDefined();
  });

  it('strikes at the given rate, and the same requests with the same seed', async () => {
    const run = async (seed: number) => {
      await control('PUT', 'faults', {
        seed,
        rules: [{ service: 'dynamodb', fault: 'throttle', rate: 0.3 }],
      });
      return (await fates(200, () => get('a'))).map((name) => (name === 'ok' ? '.' : 'x')).join('');
    };
    const first = await run(7);
    // 60 of 200 are expected; four standard deviations are 26.
    expect(Math.abs(first.replaceAll('.', '').length - 60)).toBeLessThan(26);
    expect(await run(7)).toBe(first);
    expect(await run(8)).not.toBe(first);
  });

  it('kills a function in mid-run, and no other', async () => {
    await plan({ service: 'lambda', function: 'slow', fault: 'kill', milliseconds: 50 });
    const { FunctionError, Payload } = await invoke('slow');
    expect([FunctionError, JSON.parse(Buffer.from(Payload ?? []).toString())]).toMatchObject([
      'Unhandled',
      { errorType: 'Runtime.ExitError', errorMessage: 'Error: Runtime exited with error: signal: killed' },
    ]);
    expect((await invoke('quick')).FunctionError).toBeUndefined();
  });

  it('delivers to a function twice', async () => {
    await plan({ service: 'lambda', function: 'quick', fault: 'duplicate', count: 1 });
    const before = cloud.invocations.length;
    await invoke('quick');
    await invoke('quick');
    expect(cloud.invocations.length - before).toBe(3);
  });

  it.each([
    [{ rules: [{ service: 'sqs', fault: 'explode' }] }, 'faults: rules.0.fault: '],
    [
      { rules: [{ service: 'sqs', fault: 'throttle', chance: 1 }] },
      'faults: the local cloud does not support rules.0.chance.',
    ],
    [{ rules: [{ service: 'sqs', fault: 'throttle', rate: 2 }] }, 'faults: rules.0.rate: '],
  ])('that cannot be is refused: %j', async (faults, message) => {
    expect(await control('PUT', 'faults', faults)).toEqual({
      status: 400,
      answer: { error: expect.stringContaining(message) },
    });
  });
});

describe('the control API', () => {
  it('lists what there is', async () => {
    const { answer } = await control('GET', '');
    expect(answer.paths).toContain('GET /_local/queues');
    expect(await control('GET', 'nothing')).toEqual({
      status: 404,
      answer: { error: 'There is no GET /_local/nothing. GET /_local/ lists what there is.' },
    });
  });

  it('shows invocations in flight, and the last ones newest first', async () => {
    const running = invoke('slow');
    await invoke('quick');
    const { answer } = await control('GET', 'invocations');
    expect(answer.inFlight).toMatchObject([{ functionKey: 'slow' }]);
    expect(answer.recent[0]).toMatchObject({ function: 'quick', trigger: 'Invoke', status: 'ok' });
    await running;
  });

  it.each([
    ['another origin', { origin: 'https://example.com' }, 403],
    ['a form', { 'content-type': 'text/plain' }, 415],
  ])('refuses a web page: %s', async (_, headers, status) => {
    expect((await control('PUT', 'faults', {}, headers)).status).toBe(status);
  });
});
