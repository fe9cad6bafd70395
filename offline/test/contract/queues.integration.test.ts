import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../../testing/local-cloud.ts';
import { until } from '../processes.ts';
import { contract } from './contract.ts';

const SQS = 'lambda/latest/dg/with-sqs.html';
const ERRORS = 'lambda/latest/dg/services-sqs-errorhandling.html';
const PARAMETERS = 'lambda/latest/dg/services-sqs-parameters.html';

let cloud: LocalCloud;
let sqs: SQSClient;

/** Answers with the bodies of its records, and throws when `bad` is among them. */
const THROWS_ON_BAD = `export const handler = async ({ Records }) => {
  const bodies = Records.map(({ body }) => body);
  if (bodies.includes('bad')) throw new Error(bodies.join());
  return bodies;
};`;

/** Reports the records whose body is bad. */
const REPORTS_BAD = `export const handler = async ({ Records }) => ({
  bodies: Records.map(({ body }) => body),
  batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })),
});`;

async function start(event: object, code: string, queue: object = {}) {
  const arn = { 'Fn::GetAtt': ['Jobs', 'Arn'] };
  const isFifo = 'FifoQueue' in queue;
  cloud = await startLocalCloud({
    resources: {
      Resources: {
        Dead: {
          Type: 'AWS::SQS::Queue',
          Properties: isFifo ? { QueueName: 'dead.fifo', FifoQueue: true } : {},
        },
        Jobs: {
          Type: 'AWS::SQS::Queue',
          Properties: {
            QueueName: isFifo ? 'jobs.fifo' : 'jobs',
            VisibilityTimeout: 1,
            RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
            ...queue,
          },
        },
      },
    },
    functions: { consume: { code, events: [{ sqs: { arn, ...event } }] } },
  });
  sqs = new SQSClient();
}
afterEach(async () => {
  sqs.destroy();
  await cloud.stop();
});

const send = (body: string, more: object = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl: cloud.resources.Jobs, MessageBody: body, ...more }));

/** In one call, all of whose messages the queue has before it is polled again. */
const sendAll = (bodies: readonly string[], more: object = {}) =>
  sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: cloud.resources.Jobs,
      Entries: bodies.map((MessageBody, id) => ({ Id: String(id), MessageBody, ...more })),
    }),
  );

async function depth(logicalId: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: cloud.resources[logicalId], AttributeNames: ['All'] }),
  );
  return (
    Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible)
  );
}

const payloads = () =>
  cloud.invocations.map(({ invoked }) =>
    'payload' in invoked ? JSON.parse(invoked.payload) : invoked.error,
  );
const bodies = () => payloads().map((payload) => payload.bodies ?? payload) as string[][];

describe('a queue', () => {
  contract(SQS, 'invokes the function with an event of the documented shape', async () => {
    await start({}, 'export const handler = async (event) => event');
    const colour = { DataType: 'String', StringValue: 'blue' };
    const { MessageId } = await send('hello', { MessageAttributes: { colour } });
    await until(() => cloud.invocations.length === 1);
    expect(payloads()[0]).toEqual({
      Records: [
        {
          messageId: MessageId,
          receiptHandle: expect.any(String),
          body: 'hello',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            SenderId: expect.any(String),
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          },
          messageAttributes: {
            colour: { stringValue: 'blue', stringListValues: [], binaryListValues: [], dataType: 'String' },
          },
          md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
          // MD5 of "hello"
          md5OfBody: '5d41402abc4b2a76b9719d911017c592',
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:jobs',
          awsRegion: 'eu-west-1',
        },
      ],
    });
  });

  contract(SQS, 'loses a message when the function has worked on it', async () => {
    await start({}, THROWS_ON_BAD);
    await send('good');
    await until(() => cloud.invocations.length === 1);
    await until(async () => (await depth('Jobs')) === 0);
    expect(bodies()).toEqual([['good']]);
  });

  contract(PARAMETERS, 'invokes with at most as many messages as the batch size says', async () => {
    await start({ batchSize: 3 }, THROWS_ON_BAD);
    await sendAll(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
    await until(() => bodies().flat().length === 10);
    expect(Math.max(...bodies().map(({ length }) => length))).toBe(3);
  });

  contract(PARAMETERS, 'gathers messages until the window has passed', async () => {
    await start({ batchSize: 10, maximumBatchingWindow: 1 }, THROWS_ON_BAD, { VisibilityTimeout: 30 });
    await send('1');
    await send('2');
    await send('3');
    await until(() => cloud.invocations.length > 0);
    expect(bodies().map((batch) => batch.toSorted())).toEqual([['1', '2', '3']]);
  });

  contract(PARAMETERS, 'makes batches above ten messages with a window', async () => {
    await start({ batchSize: 25, maximumBatchingWindow: 300 }, THROWS_ON_BAD, { VisibilityTimeout: 30 });
    const wanted = Array.from({ length: 25 }, (_, index) => `${index}`);
    for (const part of [wanted.slice(0, 10), wanted.slice(10, 20), wanted.slice(20)]) await sendAll(part);
    await until(() => cloud.invocations.length === 1);
    expect(bodies()[0]?.toSorted()).toEqual(wanted.toSorted());
  });

  contract(PARAMETERS, 'refuses a batch size above ten without a window', async () => {
    await expect(start({ batchSize: 11 }, THROWS_ON_BAD)).rejects.toThrow(
      'function consume: event 1: a batch size above 10 needs a batching window of at least 1 s.',
    );
    await start({}, THROWS_ON_BAD);
  });

  contract(
    'lambda/latest/dg/services-sqs-scaling.html',
    'runs no more batches at once than the maximum concurrency',
    async () => {
      // Each batch lasts a while, so that those that run at once overlap.
      const code = `export const handler = async () => {
      const began = Date.now(); await new Promise((resolve) => setTimeout(resolve, 150));
      return { began, ended: Date.now() }; };`;
      await start({ batchSize: 1, maximumConcurrency: 2 }, code);
      await sendAll(['1', '2', '3', '4', '5', '6']);
      await until(() => cloud.invocations.length === 6);
      const runs = payloads() as { began: number; ended: number }[];
      const overlapping = (at: number) => runs.filter(({ began, ended }) => began <= at && at < ended).length;
      expect(Math.max(...runs.map(({ began }) => overlapping(began)))).toBe(2);
    },
  );

  contract(
    'lambda/latest/dg/with-sqs-filtering.html',
    'brings messages that a filter matches, and deletes others',
    async () => {
      await start({ filterPatterns: [{ body: { kind: ['big'] } }] }, THROWS_ON_BAD);
      await sendAll(['{"kind":"small"}', '{"kind":"big"}', 'no JSON']);
      await until(async () => cloud.invocations.length === 1 && (await depth('Jobs')) === 0);
      expect(bodies()).toEqual([['{"kind":"big"}']]);
      expect(await depth('Dead')).toBe(0);
    },
  );
});

describe('a message whose function fails', () => {
  contract(
    ERRORS,
    'comes again after the visibility time-out, and goes to the dead-letter queue after maxReceiveCount',
    async () => {
      await start({}, THROWS_ON_BAD);
      await send('bad');
      await until(async () => (await depth('Dead')) === 1);
      expect(cloud.invocations).toHaveLength(3);
      expect(await depth('Jobs')).toBe(0);
    },
  );

  contract(ERRORS, 'takes its whole batch with it when nothing is reported', async () => {
    await start({}, THROWS_ON_BAD);
    await sendAll(['a', 'bad']);
    await until(async () => (await depth('Dead')) === 2);
    expect(cloud.invocations.every(({ status }) => status === 'Error')).toBe(true);
  });

  contract(
    ERRORS,
    'alone is tried again when it is reported: nine effects once, and the bad one dead-lettered',
    async () => {
      await start({ functionResponseType: 'ReportBatchItemFailures' }, REPORTS_BAD);
      const good = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
      await sendAll([...good.slice(0, 4), 'bad', ...good.slice(4)]);
      await until(async () => (await depth('Dead')) === 1);
      expect(
        bodies()
          .flat()
          .filter((body) => body !== 'bad')
          .toSorted(),
      ).toEqual(good);
      expect(
        bodies()
          .flat()
          .filter((body) => body === 'bad'),
      ).toHaveLength(3);
      expect(await depth('Jobs')).toBe(0);
    },
  );

  const complete = (title: string, answer: string) =>
    contract(ERRORS, `fails with its whole batch when the answer ${title}`, async () => {
      await start(
        { functionResponseType: 'ReportBatchItemFailures' },
        `let runs = 0; export const handler = async ({ Records }) => {
          runs += 1; const bodies = Records.map(({ body }) => body);
          return runs === 1 ? ${answer} : { bodies, batchItemFailures: [] }; }`,
      );
      await sendAll(['a', 'b']);
      await until(() => cloud.invocations.length === 2);
      expect(bodies()[1]?.toSorted()).toEqual(['a', 'b']);
    });
  complete('has an empty identifier', "{ batchItemFailures: [{ itemIdentifier: '' }] }");
  complete('has no identifier', '{ batchItemFailures: [{ itemIdentifier: null }] }');
  complete('names the identifier otherwise', "{ batchItemFailures: [{ id: 'x' }] }");
  complete('is a text', "'done'");

  const success = (title: string, answer: string) =>
    contract(ERRORS, `is done with when the answer ${title}`, async () => {
      await start(
        { functionResponseType: 'ReportBatchItemFailures' },
        `export const handler = async () => (${answer})`,
      );
      await send('a');
      await until(async () => cloud.invocations.length === 1 && (await depth('Jobs')) === 0);
    });
  success('has an empty list', '{ batchItemFailures: [] }');
  success('has no list', '{ batchItemFailures: null }');
  success('is an empty object', '{}');
  success('is null', 'null');
  success('is nothing', 'undefined');
});

describe('a FIFO queue', () => {
  const FIFO = 'lambda/latest/dg/services-sqs-scaling.html';

  contract(FIFO, 'brings the messages of a group in their order, one batch at a time', async () => {
    await start({ batchSize: 4 }, THROWS_ON_BAD, { FifoQueue: true, ContentBasedDeduplication: true });
    const wanted = Array.from({ length: 30 }, (_, index) => `${index}`);
    for (let index = 0; index < 30; index += 10) {
      await sendAll(wanted.slice(index, index + 10), { MessageGroupId: 'one' });
    }
    await until(() => bodies().flat().length === 30);
    expect(bodies().flat()).toEqual(wanted);
    expect(Math.max(...bodies().map(({ length }) => length))).toBe(4);
  });

  contract(SQS, 'tells the function of group, deduplication and sequence', async () => {
    await start({}, 'export const handler = async (event) => event', { FifoQueue: true });
    await send('x', { MessageGroupId: 'one', MessageDeduplicationId: 'id-1' });
    await until(() => cloud.invocations.length === 1);
    expect(payloads()[0].Records[0].attributes).toMatchObject({
      MessageGroupId: 'one',
      MessageDeduplicationId: 'id-1',
      SequenceNumber: expect.stringMatching(/^\d{20}$/),
    });
  });

  contract(ERRORS, 'holds a group back behind a message that fails, and no other group', async () => {
    await start({ batchSize: 1 }, THROWS_ON_BAD, { FifoQueue: true, ContentBasedDeduplication: true });
    await send('bad', { MessageGroupId: 'one' });
    await send('after', { MessageGroupId: 'one' });
    await send('other', { MessageGroupId: 'two' });
    await until(async () => bodies().flat().includes('after'));
    const order = payloads().map((payload) => payload.errorMessage ?? payload[0]) as string[];
    expect(order.filter((body) => body === 'bad')).toHaveLength(3);
    expect(order.lastIndexOf('bad')).toBeLessThan(order.indexOf('after'));
    expect(order.indexOf('other')).toBeLessThan(order.indexOf('after'));
    expect(await depth('Dead')).toBe(1);
  });
});
