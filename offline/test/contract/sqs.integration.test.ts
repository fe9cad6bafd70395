import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { until } from '../processes.ts';
import { contract } from './contract.ts';
import { startMessagingEndpoint } from './messaging.ts';

const API = 'AWSSimpleQueueService/latest/APIReference/API_';
const GUIDE = 'AWSSimpleQueueService/latest/SQSDeveloperGuide/';

let cloud: Awaited<ReturnType<typeof startMessagingEndpoint>>;
let passedMs = 0;
beforeAll(async () => {
  cloud = await startMessagingEndpoint({ now: () => Date.now() + passedMs });
});
afterAll(() => cloud.stop());

let created = 0;
type Attributes = Partial<Record<QueueAttributeName, string>>;

async function createQueue(attributes: Attributes = {}): Promise<string> {
  created += 1;
  const QueueName = `queue-${created}${attributes.FifoQueue ? '.fifo' : ''}`;
  const { QueueUrl = '' } = await cloud.sqs.send(
    new CreateQueueCommand({ QueueName, Attributes: attributes }),
  );
  return QueueUrl;
}
const createFifoQueue = (attributes: Attributes = {}) =>
  createQueue({ FifoQueue: 'true', ContentBasedDeduplication: 'true', ...attributes });

const send = (QueueUrl: string, MessageBody: string, input: Partial<SendMessageCommandInput> = {}) =>
  cloud.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...input }));
const sendTo = (QueueUrl: string, MessageGroupId: string, MessageBody: string) =>
  send(QueueUrl, MessageBody, { MessageGroupId });

async function receive(QueueUrl: string, input: Partial<ReceiveMessageCommandInput> = {}) {
  const command = new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'], ...input });
  return (await cloud.sqs.send(command)).Messages ?? [];
}
const receiveAll = (QueueUrl: string, input: Partial<ReceiveMessageCommandInput> = {}) =>
  receive(QueueUrl, { MaxNumberOfMessages: 10, ...input });
const bodies = (messages: { Body?: string | undefined }[]) => messages.map(({ Body }) => Body);

async function attributesOf(QueueUrl: string, ...names: QueueAttributeName[]) {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: names });
  return (await cloud.sqs.send(command)).Attributes;
}
const arnOf = async (QueueUrl: string) => (await attributesOf(QueueUrl, 'QueueArn'))?.QueueArn ?? '';
const remove = (QueueUrl: string, ReceiptHandle: string | undefined) =>
  cloud.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
const hide = (QueueUrl: string, ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
  cloud.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));

async function withDeadLetters(maxReceiveCount: number, attributes: Attributes = {}) {
  const { FifoQueue, ContentBasedDeduplication } = attributes;
  const deadLetters = await createQueue(
    FifoQueue ? ({ FifoQueue, ContentBasedDeduplication } as Attributes) : {},
  );
  const deadLetterTargetArn = await arnOf(deadLetters);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
  return { source: await createQueue({ VisibilityTimeout: '0', ...attributes, RedrivePolicy }), deadLetters };
}

describe('a queue', () => {
  contract(`${API}CreateQueue.html`, 'is created once, and found by its name', async () => {
    const Attributes = { VisibilityTimeout: '45' };
    const create = () => cloud.sqs.send(new CreateQueueCommand({ QueueName: 'orders', Attributes }));
    const QueueUrl = `${cloud.url}/000000000000/orders`;
    expect((await create()).QueueUrl).toBe(QueueUrl);
    expect((await create()).QueueUrl).toBe(QueueUrl);
    expect((await cloud.sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }))).QueueUrl).toBe(QueueUrl);
    const { QueueUrls } = await cloud.sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'ord' }));
    expect(QueueUrls).toEqual([QueueUrl]);
  });

  contract(
    `${API}CreateQueue.html`,
    'is refused when it exists with another value of an attribute',
    async () => {
      await cloud.sqs.send(new CreateQueueCommand({ QueueName: 'taken' }));
      const again = cloud.sqs.send(
        new CreateQueueCommand({ QueueName: 'taken', Attributes: { DelaySeconds: '5' } }),
      );
      await expect(again).rejects.toMatchObject({ name: 'QueueNameExists' });
    },
  );

  contract(`${API}CreateQueue.html`, 'is refused with an attribute that there is none of', async () => {
    const Attributes = { VisibilityTimeOut: '5' } as Attributes;
    await expect(
      cloud.sqs.send(new CreateQueueCommand({ QueueName: 'odd', Attributes })),
    ).rejects.toMatchObject({
      name: 'InvalidAttributeName',
      message: 'Unknown Attribute VisibilityTimeOut.',
    });
  });

  contract(`${API}CreateQueue.html`, 'ends with .fifo if and only if it is a FIFO queue', async () => {
    const create = (QueueName: string, Attributes: Attributes) =>
      cloud.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    await expect(create('a.fifo', {})).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(create('b', { FifoQueue: 'true' })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  contract(`${API}GetQueueAttributes.html`, 'has the default attributes', async () => {
    const queue = await createQueue();
    expect(await attributesOf(queue, 'All')).toMatchObject({
      VisibilityTimeout: '30',
      DelaySeconds: '0',
      MessageRetentionPeriod: '345600',
      MaximumMessageSize: '1048576',
      ReceiveMessageWaitTimeSeconds: '0',
      ApproximateNumberOfMessages: '0',
      QueueArn: `arn:aws:sqs:eu-west-1:000000000000:queue-${created}`,
    });
    expect(
      (await cloud.sqs.send(new GetQueueAttributesCommand({ QueueUrl: queue }))).Attributes ?? {},
    ).toEqual({});
  });

  contract(
    `${API}SetQueueAttributes.html`,
    'gets another attribute, but no unknown one and none out of range',
    async () => {
      const queue = await createQueue();
      const set = (Attributes: Record<string, string>) =>
        cloud.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes }));
      await set({ VisibilityTimeout: '7' });
      expect(await attributesOf(queue, 'VisibilityTimeout')).toEqual({ VisibilityTimeout: '7' });
      await expect(set({ VisibilityTimeout: '43201' })).rejects.toMatchObject({
        name: 'InvalidAttributeValue',
      });
      await expect(set({ FifoThroughputLimit: 'perQueue' })).rejects.toMatchObject({
        name: 'InvalidAttributeName',
      });
    },
  );

  contract(`${API}DeleteQueue.html`, 'is gone with its messages when it is deleted', async () => {
    const queue = await createQueue();
    await send(queue, 'lost');
    await cloud.sqs.send(new DeleteQueueCommand({ QueueUrl: queue }));
    await expect(receive(queue)).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
    });
    created -= 1;
    expect(await receive(await createQueue())).toEqual([]);
  });

  contract(`${API}PurgeQueue.html`, 'is empty when it is purged', async () => {
    const queue = await createQueue();
    await send(queue, 'a');
    await send(queue, 'b');
    await receive(queue);
    await cloud.sqs.send(new PurgeQueueCommand({ QueueUrl: queue }));
    expect(
      await attributesOf(queue, 'ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'),
    ).toEqual({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });

  contract(`${API}ListQueues.html`, 'is listed in pages', async () => {
    for (const name of ['page-b', 'page-a', 'page-c']) {
      await cloud.sqs.send(new CreateQueueCommand({ QueueName: name }));
    }
    const page = (NextToken?: string) =>
      cloud.sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'page-', MaxResults: 2, NextToken }));
    const first = await page();
    const second = await page(first.NextToken);
    const names = [...(first.QueueUrls ?? []), ...(second.QueueUrls ?? [])].map((url) =>
      url.split('/').at(-1),
    );
    expect(names).toEqual(['page-a', 'page-b', 'page-c']);
    expect([first.QueueUrls?.length, second.NextToken]).toEqual([2, undefined]);
  });

  contract(`${API}TagQueue.html`, 'keeps its messages when it is tagged', async () => {
    const queue = await createQueue();
    await send(queue, 'kept');
    await cloud.sqs.send(new TagQueueCommand({ QueueUrl: queue, Tags: { team: 'shop' } }));
    expect((await cloud.sqs.send(new ListQueueTagsCommand({ QueueUrl: queue }))).Tags).toEqual({
      team: 'shop',
    });
    expect(bodies(await receive(queue))).toEqual(['kept']);
  });
});

describe('a message', () => {
  contract(`${API}SendMessage.html`, 'is answered with its id and MD5', async () => {
    const sent = await send(await createQueue(), 'This is a test message');
    // The digest of the example on the page.
    expect(sent).toMatchObject({ MD5OfMessageBody: 'fafb00f5732ab283681e124bf8747ed1' });
    expect(sent.MessageId).toMatch(/^[\da-f-]{36}$/);
  });

  contract(
    `${GUIDE}sqs-message-metadata.html`,
    'carries attributes, with an MD5 of those that are asked for',
    async () => {
      const queue = await createQueue();
      const MessageAttributes = {
        kind: { DataType: 'String', StringValue: 'order' },
        total: { DataType: 'Number.cents', StringValue: '1999' },
        blob: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
      };
      const { MD5OfMessageAttributes } = await send(queue, 'x', { MessageAttributes });
      const [message] = await receive(queue, { MessageAttributeNames: ['All'], VisibilityTimeout: 0 });
      expect(message?.MessageAttributes).toEqual(MessageAttributes);
      expect(message?.MD5OfMessageAttributes).toBe(MD5OfMessageAttributes);
      const [some] = await receive(queue, { MessageAttributeNames: ['to.*'], VisibilityTimeout: 0 });
      expect(Object.keys(some?.MessageAttributes ?? {})).toEqual(['total']);
      const [none] = await receive(queue);
      expect(none?.MessageAttributes).toBeUndefined();
    },
  );

  contract(
    `${GUIDE}sqs-message-metadata.html`,
    'is refused with an attribute that has no value, or with eleven',
    async () => {
      const queue = await createQueue();
      const attribute = { DataType: 'String', StringValue: '' };
      await expect(send(queue, 'x', { MessageAttributes: { empty: attribute } })).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
      const eleven = Object.fromEntries(
        [...'abcdefghijk'].map((name) => [name, { DataType: 'String', StringValue: 'v' }]),
      );
      await expect(send(queue, 'x', { MessageAttributes: eleven })).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
    },
  );

  contract(
    `${API}SendMessage.html`,
    'may have every character of Unicode but control characters',
    async () => {
      const queue = await createQueue();
      await send(queue, 'Grüße 😀\t\r\n');
      expect(bodies(await receive(queue))).toEqual(['Grüße 😀\t\r\n']);
      await expect(send(queue, 'bell \u0007')).rejects.toMatchObject({ name: 'InvalidMessageContents' });
    },
  );

  contract(
    `${GUIDE}quotas-messages.html`,
    'may have as many bytes as the queue takes, attributes included',
    async () => {
      const queue = await createQueue({ MaximumMessageSize: '1024' });
      await send(queue, 'x'.repeat(1_024));
      await expect(send(queue, 'x'.repeat(1_025))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
      const MessageAttributes = { a: { DataType: 'String', StringValue: 'v' } };
      await expect(send(queue, 'x'.repeat(1_020), { MessageAttributes })).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
      await expect(send(await createQueue(), 'x'.repeat(1_048_577))).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
    },
  );

  contract(
    `${GUIDE}sqs-visibility-timeout.html`,
    'is received again when it is not deleted in time',
    async () => {
      const queue = await createQueue({ VisibilityTimeout: '1' });
      await send(queue, 'again');
      const [first] = await receive(queue);
      expect(await receive(queue)).toEqual([]);
      const [second] = await receive(queue, { WaitTimeSeconds: 5 });
      expect(second?.MessageId).toBe(first?.MessageId);
      expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
      expect([first, second].map((one) => one?.Attributes?.ApproximateReceiveCount)).toEqual(['1', '2']);
      expect(second?.Attributes?.ApproximateFirstReceiveTimestamp).toBe(
        first?.Attributes?.ApproximateFirstReceiveTimestamp,
      );
    },
  );

  contract(
    `${API}DeleteMessage.html`,
    'is deleted by the handle of its last receive only, and also when that is over',
    async () => {
      const queue = await createQueue();
      await send(queue, 'x');
      const [first] = await receive(queue, { VisibilityTimeout: 0 });
      const [second] = await receive(queue, { VisibilityTimeout: 0, WaitTimeSeconds: 1 });
      await remove(queue, first?.ReceiptHandle);
      expect(await attributesOf(queue, 'ApproximateNumberOfMessages')).toEqual({
        ApproximateNumberOfMessages: '1',
      });
      await remove(queue, second?.ReceiptHandle);
      await remove(queue, second?.ReceiptHandle);
      expect(await attributesOf(queue, 'ApproximateNumberOfMessages')).toEqual({
        ApproximateNumberOfMessages: '0',
      });
    },
  );

  contract(`${API}DeleteMessage.html`, 'is not deleted by a handle of another queue', async () => {
    const queue = await createQueue();
    await send(queue, 'x');
    const [message] = await receive(queue);
    await expect(remove(await createQueue(), message?.ReceiptHandle)).rejects.toMatchObject({
      name: 'ReceiptHandleIsInvalid',
    });
  });

  contract(
    `${API}ChangeMessageVisibility.html`,
    'is visible at once with a timeout of zero, and keeps its count',
    async () => {
      const queue = await createQueue();
      await send(queue, 'x');
      const [message] = await receive(queue);
      await hide(queue, message?.ReceiptHandle, 0);
      await expect(hide(queue, message?.ReceiptHandle, 10)).rejects.toMatchObject({
        name: 'MessageNotInflight',
      });
      const [again] = await receive(queue);
      expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
    },
  );

  contract(
    `${API}ChangeMessageVisibility.html`,
    'stays hidden longer when its timeout is extended',
    async () => {
      const queue = await createQueue({ VisibilityTimeout: '10' });
      await send(queue, 'x');
      const [message] = await receive(queue);
      await hide(queue, message?.ReceiptHandle, 100);
      passedMs += 50_000;
      expect(await receive(queue)).toEqual([]);
      passedMs += 51_000;
      expect(bodies(await receive(queue))).toEqual(['x']);
      await expect(hide(queue, message?.ReceiptHandle, 43_201)).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
    },
  );

  contract(`${GUIDE}sqs-delay-queues.html`, 'comes after the delay of its queue', async () => {
    const queue = await createQueue({ DelaySeconds: '60' });
    await send(queue, 'late');
    expect(await receive(queue)).toEqual([]);
    expect(await attributesOf(queue, 'ApproximateNumberOfMessagesDelayed')).toEqual({
      ApproximateNumberOfMessagesDelayed: '1',
    });
    passedMs += 60_000;
    expect(bodies(await receive(queue))).toEqual(['late']);
  });

  contract(
    `${GUIDE}sqs-message-timers.html`,
    'has a delay of its own, which goes before that of the queue',
    async () => {
      const queue = await createQueue({ DelaySeconds: '60' });
      await send(queue, 'now', { DelaySeconds: 0 });
      expect(bodies(await receive(queue))).toEqual(['now']);
      await expect(send(queue, 'x', { DelaySeconds: 901 })).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
      const fifo = await createFifoQueue();
      await expect(send(fifo, 'x', { DelaySeconds: 1, MessageGroupId: 'g' })).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
    },
  );

  contract(`${GUIDE}sqs-short-and-long-polling.html`, 'wakes who waits for it, and one only', async () => {
    const queue = await createQueue();
    const waiting = [1, 2].map(() => receive(queue, { WaitTimeSeconds: 2 }));
    await send(queue, 'here');
    const received = await Promise.all(waiting);
    expect(received.flatMap(bodies)).toEqual(['here']);
  });

  contract(
    `${GUIDE}sqs-short-and-long-polling.html`,
    'is not given to a consumer that went away',
    async () => {
      const queue = await createQueue();
      const controller = new AbortController();
      const command = new ReceiveMessageCommand({ QueueUrl: queue, WaitTimeSeconds: 20 });
      const waiting = cloud.sqs.send(command, { abortSignal: controller.signal });
      // What is answered on other connections comes after what was sent before on this one.
      for (let turn = 0; turn < 3; turn += 1) await receive(queue);
      controller.abort();
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
      for (let turn = 0; turn < 3; turn += 1) await receive(queue);
      await send(queue, 'x');
      expect(bodies(await receive(queue))).toEqual(['x']);
    },
  );

  contract(
    `${API}SetQueueAttributes.html`,
    'is gone when it is older than the retention period',
    async () => {
      const queue = await createQueue({ MessageRetentionPeriod: '60' });
      await send(queue, 'old');
      passedMs += 59_000;
      await send(queue, 'new');
      passedMs += 2_000;
      expect(bodies(await receiveAll(queue))).toEqual(['new']);
    },
  );

  contract(`${API}ReceiveMessage.html`, 'comes with at most nine others', async () => {
    const queue = await createQueue();
    for (let count = 0; count < 11; count += 1) await send(queue, String(count));
    expect((await receiveAll(queue)).length).toBe(10);
    await expect(receive(queue, { MaxNumberOfMessages: 11 })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  contract(
    `${API}ReceiveMessage.html`,
    'tells when it was sent and in which group, also in a standard queue',
    async () => {
      const queue = await createQueue();
      await send(queue, 'x', {
        MessageGroupId: 'tenant',
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-2-3' } },
      });
      const [message] = await receive(queue);
      expect(message?.Attributes).toMatchObject({
        MessageGroupId: 'tenant',
        AWSTraceHeader: 'Root=1-2-3',
        SenderId: '000000000000',
      });
      expect(Math.abs(Number(message?.Attributes?.SentTimestamp) - passedMs - Date.now())).toBeLessThan(
        10_000,
      );
    },
  );
});

describe('a batch', () => {
  contract(`${API}SendMessageBatch.html`, 'sends the good entries and names the bad ones', async () => {
    const queue = await createQueue();
    const Entries = [
      { Id: 'good', MessageBody: 'x' },
      { Id: 'late', MessageBody: 'x', DelaySeconds: 901 },
      { Id: 'bell', MessageBody: '\u0007' },
    ];
    const { Successful, Failed } = await cloud.sqs.send(
      new SendMessageBatchCommand({ QueueUrl: queue, Entries }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
      ['late', 'InvalidParameterValue', true],
      ['bell', 'InvalidMessageContents', true],
    ]);
  });

  contract(
    `${API}SendMessageBatch.html`,
    'is refused when it is empty, too long, ambiguous or too large',
    async () => {
      const queue = await createQueue();
      const sendBatch = (Entries: { Id: string; MessageBody: string }[]) =>
        cloud.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
      const entries = (count: number) =>
        Array.from({ length: count }, (_, index) => ({ Id: `${index}`, MessageBody: 'x' }));
      await expect(sendBatch([])).rejects.toMatchObject({ name: 'EmptyBatchRequest' });
      await expect(sendBatch(entries(11))).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequest' });
      await expect(sendBatch([...entries(1), ...entries(1)])).rejects.toMatchObject({
        name: 'BatchEntryIdsNotDistinct',
      });
      await expect(sendBatch([{ Id: 'a b', MessageBody: 'x' }])).rejects.toMatchObject({
        name: 'InvalidBatchEntryId',
      });
      const half = 'x'.repeat(600_000);
      await expect(
        sendBatch([
          { Id: 'a', MessageBody: half },
          { Id: 'b', MessageBody: half },
        ]),
      ).rejects.toMatchObject({
        name: 'BatchRequestTooLong',
      });
    },
  );

  contract(`${API}DeleteMessageBatch.html`, 'deletes and hides each message for itself', async () => {
    const queue = await createQueue();
    for (const body of ['a', 'b']) await send(queue, body);
    const [a, b] = await receiveAll(queue);
    const hidden = await cloud.sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queue,
        Entries: [
          { Id: 'a', ReceiptHandle: a?.ReceiptHandle, VisibilityTimeout: 0 },
          { Id: 'none', ReceiptHandle: 'none', VisibilityTimeout: 0 },
        ],
      }),
    );
    expect(hidden.Successful).toEqual([{ Id: 'a' }]);
    expect(hidden.Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([['none', 'ReceiptHandleIsInvalid']]);
    const Entries = [a, b].map((one, index) => ({ Id: `${index}`, ReceiptHandle: one?.ReceiptHandle }));
    const deleted = await cloud.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries }));
    expect(deleted.Successful).toEqual([{ Id: '0' }, { Id: '1' }]);
    expect(await receiveAll(queue)).toEqual([]);
  });
});

describe('a dead-letter queue', () => {
  contract(
    `${GUIDE}sqs-dead-letter-queues.html`,
    'gets a message that was received too often, and knows its source',
    async () => {
      const { source, deadLetters } = await withDeadLetters(2);
      const sent = await send(source, 'poison');
      expect(bodies(await receive(source))).toEqual(['poison']);
      expect(bodies(await receive(source, { WaitTimeSeconds: 1 }))).toEqual(['poison']);
      expect(await receive(source, { WaitTimeSeconds: 1 })).toEqual([]);
      const [message] = await receive(deadLetters);
      expect([message?.MessageId, message?.Body]).toEqual([sent.MessageId, 'poison']);
      expect(message?.Attributes?.DeadLetterQueueSourceArn).toBe(await arnOf(source));
    },
  );

  contract(
    `${GUIDE}setting-up-dead-letter-queue-retention.html`,
    'keeps a message of a standard queue from when it was sent',
    async () => {
      const { source, deadLetters } = await withDeadLetters(1);
      await cloud.sqs.send(
        new SetQueueAttributesCommand({
          QueueUrl: deadLetters,
          Attributes: { MessageRetentionPeriod: '100' },
        }),
      );
      await send(source, 'x');
      await receive(source);
      passedMs += 90_000;
      expect(await receive(source)).toEqual([]);
      expect(await attributesOf(deadLetters, 'ApproximateNumberOfMessages')).toEqual({
        ApproximateNumberOfMessages: '1',
      });
      passedMs += 11_000;
      expect(await attributesOf(deadLetters, 'ApproximateNumberOfMessages')).toEqual({
        ApproximateNumberOfMessages: '0',
      });
    },
  );

  contract(
    `${GUIDE}sqs-dead-letter-queues.html`,
    'is of the same type as its source, and exists',
    async () => {
      const fifo = await arnOf(await createFifoQueue());
      const set = (policy: object) => createQueue({ RedrivePolicy: JSON.stringify(policy) });
      const refused = { name: 'InvalidParameterValue' };
      await expect(set({ deadLetterTargetArn: fifo, maxReceiveCount: 1 })).rejects.toMatchObject(refused);
      await expect(set({ deadLetterTargetArn: `${fifo}x`, maxReceiveCount: 1 })).rejects.toMatchObject(
        refused,
      );
      const standard = await arnOf(await createQueue());
      await expect(set({ deadLetterTargetArn: standard, maxReceiveCount: 1_001 })).rejects.toMatchObject(
        refused,
      );
      await expect(set({ deadLetterTargetArn: standard })).rejects.toMatchObject(refused);
    },
  );

  contract(`${API}SetQueueAttributes.html`, 'is another queue: one of itself gets nothing', async () => {
    const queue = await createQueue({ VisibilityTimeout: '0' });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await arnOf(queue), maxReceiveCount: 1 });
    await cloud.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { RedrivePolicy } }));
    await send(queue, 'x');
    expect(bodies(await receive(queue))).toEqual(['x']);
    expect(bodies(await receive(queue, { WaitTimeSeconds: 1 }))).toEqual(['x']);
  });

  contract(`${API}ListDeadLetterSourceQueues.html`, 'lists the queues that use it', async () => {
    const { source, deadLetters } = await withDeadLetters(1);
    const { queueUrls } = await cloud.sqs.send(
      new ListDeadLetterSourceQueuesCommand({ QueueUrl: deadLetters }),
    );
    expect(queueUrls).toEqual([source]);
  });

  contract(
    `${API}StartMessageMoveTask.html`,
    'gives its messages back to their source, as new ones',
    async () => {
      const { source, deadLetters } = await withDeadLetters(1);
      const sent = [await send(source, 'a'), await send(source, 'b')];
      await receiveAll(source);
      await receiveAll(source, { WaitTimeSeconds: 1 });
      const SourceArn = await arnOf(deadLetters);
      const { TaskHandle } = await cloud.sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
      expect(TaskHandle).toBeTruthy();
      await until(async () => {
        const { Results } = await cloud.sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
        return Results?.[0]?.Status === 'COMPLETED' && Results[0].ApproximateNumberOfMessagesMoved === 2;
      });
      const back = await receiveAll(source, { VisibilityTimeout: 30 });
      expect(bodies(back).sort()).toEqual(['a', 'b']);
      expect(sent.map(({ MessageId }) => MessageId)).not.toContain(back[0]?.MessageId);
      expect(await receive(deadLetters)).toEqual([]);
    },
  );

  contract(`${API}StartMessageMoveTask.html`, 'gives its messages to the queue that is named', async () => {
    const { source, deadLetters } = await withDeadLetters(1);
    const elsewhere = await createQueue();
    await send(deadLetters, 'direct');
    const SourceArn = await arnOf(deadLetters);
    await cloud.sqs.send(
      new StartMessageMoveTaskCommand({ SourceArn, DestinationArn: await arnOf(elsewhere) }),
    );
    expect(bodies(await receive(elsewhere, { WaitTimeSeconds: 5 }))).toEqual(['direct']);
    expect(await receive(source)).toEqual([]);
  });

  contract(
    `${API}StartMessageMoveTask.html`,
    'is the only kind of queue that a move can start from',
    async () => {
      const start = (SourceArn: string) => cloud.sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
      await expect(start(await arnOf(await createQueue()))).rejects.toMatchObject({
        name: 'UnsupportedOperation',
      });
      await expect(start('arn:aws:sqs:eu-west-1:000000000000:none')).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    },
  );
});

describe('a FIFO queue', () => {
  contract(
    `${GUIDE}FIFO-queues-understanding-logic.html`,
    'gives out as many messages of a group as fit, in order',
    async () => {
      const queue = await createFifoQueue();
      for (const body of ['1', '2', '3', '4']) await sendTo(queue, 'a', body);
      expect(bodies(await receiveAll(queue, { MaxNumberOfMessages: 3 }))).toEqual(['1', '2', '3']);
    },
  );

  contract(
    `${GUIDE}FIFO-queues-understanding-logic.html`,
    'holds a group back until what was received of it is deleted',
    async () => {
      const queue = await createFifoQueue();
      for (const body of ['a1', 'a2', 'a3']) await sendTo(queue, 'a', body);
      await sendTo(queue, 'b', 'b1');
      const first = await receiveAll(queue, { MaxNumberOfMessages: 2 });
      expect(bodies(first)).toEqual(['a1', 'a2']);
      expect(bodies(await receiveAll(queue))).toEqual(['b1']);
      await remove(queue, first[0]?.ReceiptHandle);
      expect(await receiveAll(queue)).toEqual([]);
      await remove(queue, first[1]?.ReceiptHandle);
      expect(bodies(await receiveAll(queue))).toEqual(['a3']);
    },
  );

  contract(`${GUIDE}FIFO-queues-understanding-logic.html`, 'takes messages back in their order', async () => {
    const queue = await createFifoQueue();
    for (const body of ['1', '2', '3']) await sendTo(queue, 'a', body);
    const messages = await receiveAll(queue, { MaxNumberOfMessages: 2 });
    for (const { ReceiptHandle } of messages.reverse()) await hide(queue, ReceiptHandle, 0);
    expect(bodies(await receiveAll(queue))).toEqual(['1', '2', '3']);
  });

  contract(
    `${GUIDE}using-messagededuplicationid-property.html`,
    'takes the same message once in five minutes, deleted or not',
    async () => {
      const queue = await createFifoQueue();
      const first = await sendTo(queue, 'a', 'same');
      const [message] = await receive(queue);
      await remove(queue, message?.ReceiptHandle);
      const second = await sendTo(queue, 'b', 'same');
      expect([second.MessageId, second.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
      expect(await receive(queue)).toEqual([]);
      passedMs += 300_001;
      await sendTo(queue, 'a', 'same');
      expect(bodies(await receive(queue))).toEqual(['same']);
    },
  );

  contract(`${API}DeleteQueue.html`, 'takes what an older queue of its name had taken', async () => {
    const older = await createFifoQueue();
    await sendTo(older, 'a', 'same');
    await cloud.sqs.send(new DeleteQueueCommand({ QueueUrl: older }));
    created -= 1;
    const queue = await createFifoQueue();
    await sendTo(queue, 'a', 'same');
    expect(bodies(await receive(queue))).toEqual(['same']);
  });

  contract(
    `${GUIDE}high-throughput-fifo.html`,
    'looks for the same message in its group only, where it is told so',
    async () => {
      const queue = await createFifoQueue({
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      });
      await sendTo(queue, 'a', 'same');
      await sendTo(queue, 'b', 'same');
      await sendTo(queue, 'b', 'same');
      expect(bodies(await receiveAll(queue))).toEqual(['same', 'same']);
    },
  );

  contract(`${API}SendMessage.html`, 'needs a group, and an id where the content is none', async () => {
    const queue = await createFifoQueue({ ContentBasedDeduplication: 'false' });
    await expect(send(queue, 'x')).rejects.toMatchObject({ name: 'MissingParameter' });
    await expect(send(queue, 'x', { MessageGroupId: 'a' })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    const one = await send(queue, 'x', { MessageGroupId: 'a', MessageDeduplicationId: '1' });
    const two = await send(queue, 'x', { MessageGroupId: 'a', MessageDeduplicationId: '2' });
    expect(one.SequenceNumber).toMatch(/^\d{20}$/);
    expect(BigInt(two.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(one.SequenceNumber ?? 0));
    const [message] = await receive(queue);
    expect(message?.Attributes).toMatchObject({
      MessageGroupId: 'a',
      MessageDeduplicationId: '1',
      SequenceNumber: one.SequenceNumber,
    });
  });

  contract(`${API}DeleteMessage.html`, 'does not delete by a handle whose time is over', async () => {
    const queue = await createFifoQueue({ VisibilityTimeout: '10' });
    await sendTo(queue, 'a', 'x');
    const [message] = await receive(queue);
    passedMs += 11_000;
    await expect(remove(queue, message?.ReceiptHandle)).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  contract(
    `${GUIDE}sqs-dead-letter-queues.html`,
    'passes over a dead letter and goes on with its group',
    async () => {
      const { source, deadLetters } = await withDeadLetters(1, {
        FifoQueue: 'true',
        ContentBasedDeduplication: 'true',
        VisibilityTimeout: '10',
      });
      await sendTo(source, 'a', 'poison');
      await sendTo(source, 'a', 'next');
      await receive(source);
      passedMs += 11_000;
      expect(bodies(await receiveAll(source))).toEqual(['next']);
      const [message] = await receive(deadLetters);
      expect([message?.Body, message?.Attributes?.MessageGroupId]).toEqual(['poison', 'a']);
      expect(message?.Attributes?.MessageDeduplicationId).toBe(message?.MessageId);
    },
  );
});

describe('what is not emulated', () => {
  contract(`${API}ReceiveMessage.html`, 'is refused by its name', async () => {
    const queue = await createFifoQueue();
    await expect(receive(queue, { ReceiveRequestAttemptId: 'a' })).rejects.toThrow(
      'does not emulate ReceiveRequestAttemptId',
    );
    const { status, text } = await fetch(cloud.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.AddPermission', 'content-type': 'application/x-amz-json-1.0' },
      body: '{}',
    }).then(async (response) => ({ status: response.status, text: await response.text() }));
    expect([status, text]).toEqual([
      400,
      '{"__type":"InvalidAction","message":"The local cloud does not emulate sqs (AddPermission)."}',
    ]);
  });
});
