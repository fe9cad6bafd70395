import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { type AwsClient, awsClient } from '../../../aws/client.ts';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'messaging-'));
afterAll(() => rmSync(folder, { recursive: true }));

const QUEUES = ['orders', 'orders-dead'];

/** The endpoint in a process of its own, which says where it is. */
const PROGRAM = `
  import { startAwsEndpoint } from '${new URL('../../../aws/endpoint.ts', import.meta.url)}';
  import { startMessaging } from '${new URL('../index.ts', import.meta.url)}';
  const messaging = startMessaging({
    region: 'eu-west-1',
    dataFolder: ${JSON.stringify(folder)},
    awsUrl: () => 'http://127.0.0.1',
    deliverToFunction() {},
    putEvent() {},
  });
  console.log((await startAwsEndpoint(0, messaging.apis)).url);
`;

async function startProcess(): Promise<{ child: ChildProcess; client: AwsClient }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, client: awsClient(url, 'eu-west-1') };
}

const sqs = (client: AwsClient, operation: string, input: object) =>
  client.json<{ Messages?: Message[]; Attributes: Record<string, string> }>(
    'sqs',
    `AmazonSQS.${operation}`,
    input,
  );
const urlOf = (queue: string) => `http://127.0.0.1/000000000000/${queue}`;

interface Message {
  readonly Body: string;
  readonly ReceiptHandle: string;
}

/** Runs the steps again and again, until the process that answers them is gone. */
async function repeat(step: (count: number) => Promise<void>): Promise<void> {
  for (let count = 0; ; count += 1) {
    try {
      await step(count);
    } catch {
      return;
    }
  }
}

describe('a data folder', () => {
  it('has every message and object that was acknowledged before kill -9, each once', async () => {
    const { child, client } = await startProcess();
    await sqs(client, 'CreateQueue', { QueueName: 'orders-dead' });
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:orders-dead',
      maxReceiveCount: 1,
    });
    await sqs(client, 'CreateQueue', {
      QueueName: 'orders',
      Attributes: { RedrivePolicy, VisibilityTimeout: '0' },
    });
    await client.rest('s3', 'PUT', '/uploads');

    const sent: string[] = [];
    const deleted = new Set<string>();
    const written: string[] = [];
    const exited = once(child, 'exit');
    const killAfter = () => {
      if (sent.length === 300) child.kill('SIGKILL');
    };
    const send = (sender: number) =>
      repeat(async (count) => {
        const body = `${sender}-${count}`;
        await sqs(client, 'SendMessage', { QueueUrl: urlOf('orders'), MessageBody: body });
        sent.push(body);
        killAfter();
      });
    // With a timeout of zero and a maximum of one, every second receive moves messages to the dead-letter queue.
    const receive = () =>
      repeat(async () => {
        const input = { QueueUrl: urlOf('orders'), MaxNumberOfMessages: 10 };
        const { Messages = [] } = await sqs(client, 'ReceiveMessage', input);
        const [first] = Messages;
        if (!first) return;
        deleted.add(first.Body);
        await sqs(client, 'DeleteMessage', { QueueUrl: urlOf('orders'), ReceiptHandle: first.ReceiptHandle });
      });
    const upload = () =>
      repeat(async (count) => {
        await client.rest('s3', 'PUT', `/uploads/${count}`, `body ${count}`);
        written.push(String(count));
      });
    await Promise.all([send(0), send(1), receive(), receive(), upload()]);
    await exited;
    expect(sent.length).toBeGreaterThanOrEqual(300);

    const second = await startProcess();
    const found: string[] = [];
    for (const queue of QUEUES) {
      for (;;) {
        const input = { QueueUrl: urlOf(queue), MaxNumberOfMessages: 10, VisibilityTimeout: 1_000 };
        const { Messages = [] } = await sqs(second.client, 'ReceiveMessage', input);
        if (Messages.length === 0) break;
        found.push(...Messages.map(({ Body }) => Body));
      }
    }
    expect(new Set(found).size).toBe(found.length);
    expect(sent.filter((body) => !found.includes(body) && !deleted.has(body))).toEqual([]);
    for (const key of written) {
      const response = await second.client.rest('s3', 'GET', `/uploads/${key}`);
      expect(await response.text()).toBe(`body ${key}`);
    }
    const gone = once(second.child, 'exit');
    second.child.kill('SIGKILL');
    await gone;
  });
});
