import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  type PublishCommandInput,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { awsClient } from '../../aws/client.ts';
import { contract } from './contract.ts';
import { FUNCTION_ARN, startMessagingEndpoint } from './messaging.ts';

const API = 'sns/latest/api/API_';
const GUIDE = 'sns/latest/dg/';

let cloud: Awaited<ReturnType<typeof startMessagingEndpoint>>;
let passedMs = 0;
beforeAll(async () => {
  cloud = await startMessagingEndpoint({ now: () => Date.now() + passedMs });
});
afterAll(() => cloud.stop());

let created = 0;
const nextName = (suffix = '') => {
  created += 1;
  return `name-${created}${suffix}`;
};

async function createTopic(Attributes: Record<string, string> = {}): Promise<string> {
  const Name = nextName(Attributes.FifoTopic ? '.fifo' : '');
  return (await cloud.sns.send(new CreateTopicCommand({ Name, Attributes }))).TopicArn ?? '';
}

async function createQueue(Attributes: Record<string, string> = {}) {
  const QueueName = nextName(Attributes.FifoQueue ? '.fifo' : '');
  await cloud.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return {
    url: `${cloud.url}/000000000000/${QueueName}`,
    arn: `arn:aws:sqs:eu-west-1:000000000000:${QueueName}`,
  };
}

async function subscribe(
  TopicArn: string,
  Endpoint: string,
  Attributes: Record<string, string> = {},
  Protocol = Endpoint.split(':')[2],
): Promise<string> {
  const command = new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes });
  return (await cloud.sns.send(command)).SubscriptionArn ?? '';
}

/** A topic with a queue that gets the bare messages. */
async function rawTopic(Attributes: Record<string, string> = {}) {
  const topic = await createTopic();
  const queue = await createQueue();
  await subscribe(topic, queue.arn, { RawMessageDelivery: 'true', ...Attributes });
  return { topic, queue };
}

const publish = (TopicArn: string, Message: string, input: Partial<PublishCommandInput> = {}) =>
  cloud.sns.send(new PublishCommand({ TopicArn, Message, ...input }));

async function receive({ url }: { url: string }) {
  const command = new ReceiveMessageCommand({
    QueueUrl: url,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  return (await cloud.sqs.send(command)).Messages ?? [];
}
const bodiesIn = async (queue: { url: string }) => (await receive(queue)).map(({ Body }) => Body);
const string = (StringValue: string) => ({ DataType: 'String', StringValue });
const invalid = { name: 'InvalidParameterException' };

describe('a topic', () => {
  contract(`${API}CreateTopic.html`, 'is created once, with its attributes', async () => {
    const create = (Attributes: Record<string, string>) =>
      cloud.sns.send(new CreateTopicCommand({ Name: 'orders', Attributes }));
    const TopicArn = 'arn:aws:sns:eu-west-1:000000000000:orders';
    expect((await create({ DisplayName: 'Orders' })).TopicArn).toBe(TopicArn);
    expect((await create({ DisplayName: 'Orders' })).TopicArn).toBe(TopicArn);
    await cloud.sns.send(
      new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'All orders' }),
    );
    const { Attributes } = await cloud.sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({ TopicArn, DisplayName: 'All orders' });
    const { Topics } = await cloud.sns.send(new ListTopicsCommand());
    expect(Topics).toContainEqual({ TopicArn });
    await expect(create({ Colour: 'red' })).rejects.toMatchObject(invalid);
  });

  contract(`${API}DeleteTopic.html`, 'is gone with its subscriptions when it is deleted', async () => {
    const { topic, queue } = await rawTopic();
    await cloud.sns.send(new DeleteTopicCommand({ TopicArn: topic }));
    await expect(publish(topic, 'x')).rejects.toMatchObject({ name: 'NotFoundException' });
    expect(await bodiesIn(queue)).toEqual([]);
  });
});

describe('a subscription', () => {
  contract(`${API}Subscribe.html`, 'is listed, has its attributes, and ends', async () => {
    const topic = await createTopic();
    const { arn } = await createQueue();
    const SubscriptionArn = await subscribe(topic, arn);
    expect(await subscribe(topic, arn)).toBe(SubscriptionArn);
    const list = async () =>
      (await cloud.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }))).Subscriptions;
    expect(await list()).toEqual([
      { SubscriptionArn, TopicArn: topic, Protocol: 'sqs', Endpoint: arn, Owner: '000000000000' },
    ]);
    const { Attributes } = await cloud.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toMatchObject({ RawMessageDelivery: 'false', PendingConfirmation: 'false' });
    const ofFunction = { SubscriptionArn: await subscribe(await createTopic(), FUNCTION_ARN) };
    const { Attributes: also } = await cloud.sns.send(new GetSubscriptionAttributesCommand(ofFunction));
    expect(also).toMatchObject({ Protocol: 'lambda', PendingConfirmation: 'false' });
    await cloud.sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    expect(await list()).toEqual([]);
  });

  contract(`${API}Subscribe.html`, 'is refused by name for a protocol that is not emulated', async () => {
    const topic = await createTopic();
    const email = subscribe(topic, 'a@example.com', {}, 'email');
    await expect(email).rejects.toThrow('does not emulate sns (Subscribe with the protocol email)');
  });

  contract(
    `${API}Subscribe.html`,
    'is refused with an attribute or an endpoint that AWS does not take',
    async () => {
      const topic = await createTopic();
      const { arn } = await createQueue();
      await expect(subscribe(topic, arn, { Filter: '{}' })).rejects.toMatchObject(invalid);
      await expect(subscribe(topic, arn, {}, 'lambda')).rejects.toMatchObject(invalid);
      await expect(subscribe(topic, FUNCTION_ARN, { RawMessageDelivery: 'true' })).rejects.toMatchObject(
        invalid,
      );
      await expect(subscribe(topic, arn, { RedrivePolicy: '{}' })).rejects.toMatchObject(invalid);
    },
  );

  contract(
    `${API}SetSubscriptionAttributes.html`,
    'filters by another policy when it is set, and by none',
    async () => {
      const topic = await createTopic();
      const queue = await createQueue();
      const SubscriptionArn = await subscribe(topic, queue.arn, { RawMessageDelivery: 'true' });
      const setPolicy = (AttributeValue: string) =>
        cloud.sns.send(
          new SetSubscriptionAttributesCommand({
            SubscriptionArn,
            AttributeName: 'FilterPolicy',
            AttributeValue,
          }),
        );
      await setPolicy('{"kind":["order"]}');
      await publish(topic, 'filtered');
      await setPolicy('{}');
      await publish(topic, 'open');
      expect(await bodiesIn(queue)).toEqual(['open']);
      await expect(setPolicy('{"kind":')).rejects.toMatchObject(invalid);
    },
  );
});

describe('a message to a queue', () => {
  contract(`${GUIDE}sns-sqs-as-subscriber.html`, 'comes in an envelope', async () => {
    const topic = await createTopic();
    const queue = await createQueue();
    const subscription = await subscribe(topic, queue.arn);
    const { MessageId } = await publish(topic, 'Hello', {
      Subject: 'Greeting',
      MessageAttributes: { kind: string('order') },
    });
    const [message] = await receive(queue);
    expect(JSON.parse(message?.Body ?? '')).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn: topic,
      Subject: 'Greeting',
      Message: 'Hello',
      Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      SignatureVersion: '1',
      Signature: expect.any(String),
      SigningCertURL: expect.stringMatching(/^https:/),
      UnsubscribeURL: expect.stringContaining(subscription),
      MessageAttributes: { kind: { Type: 'String', Value: 'order' } },
    });
    expect(message?.MessageAttributes).toBeUndefined();
  });

  contract(
    `${GUIDE}sns-large-payload-raw-message-delivery.html`,
    'comes as it is, with its attributes, when it is to be raw',
    async () => {
      const { topic, queue } = await rawTopic();
      await publish(topic, 'Hello', { Subject: 'dropped', MessageAttributes: { kind: string('order') } });
      const [message] = await receive(queue);
      expect([message?.Body, message?.MessageAttributes]).toEqual([
        'Hello',
        { kind: { DataType: 'String', StringValue: 'order' } },
      ]);
    },
  );

  contract(`${API}Publish.html`, 'has a text for each protocol when its structure is json', async () => {
    const { topic, queue } = await rawTopic();
    const Message = JSON.stringify({ default: 'to all', sqs: 'to queues' });
    await publish(topic, Message, { MessageStructure: 'json' });
    await publish(topic, JSON.stringify({ default: 'to all' }), { MessageStructure: 'json' });
    expect((await bodiesIn(queue)).sort()).toEqual(['to all', 'to queues']);
    await expect(publish(topic, '{"sqs":"x"}', { MessageStructure: 'json' })).rejects.toMatchObject(invalid);
  });

  contract(`${API}Publish.html`, 'is refused when it is empty, too long or has a bad subject', async () => {
    const topic = await createTopic();
    await publish(topic, 'x'.repeat(262_144));
    await expect(publish(topic, 'x'.repeat(262_145))).rejects.toMatchObject(invalid);
    await expect(publish(topic, '')).rejects.toMatchObject(invalid);
    await expect(publish(topic, 'x', { Subject: 'two\nlines' })).rejects.toMatchObject(invalid);
  });

  contract(`${API}PublishBatch.html`, 'is published with others, each for itself', async () => {
    const { topic, queue } = await rawTopic();
    const publishBatch = (entries: { Id: string; Message: string }[]) =>
      cloud.sns.send(new PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries: entries }));
    const { Successful, Failed } = await publishBatch([
      { Id: 'good', Message: 'a' },
      { Id: 'empty', Message: '' },
    ]);
    expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(Failed).toMatchObject([{ Id: 'empty', Code: 'InvalidParameter', SenderFault: true }]);
    expect(await bodiesIn(queue)).toEqual(['a']);
    const twice = { Id: 'same', Message: 'x' };
    await expect(publishBatch([twice, twice])).rejects.toMatchObject({
      name: 'BatchEntryIdsNotDistinctException',
    });
    const eleven = Array.from({ length: 11 }, (_, index) => ({ Id: `${index}`, Message: 'x' }));
    await expect(publishBatch(eleven)).rejects.toMatchObject({
      name: 'TooManyEntriesInBatchRequestException',
    });
  });
});

describe('a message to a function', () => {
  contract('lambda/latest/dg/with-sns.html', 'comes as an event with one record', async () => {
    const topic = await createTopic();
    const subscription = await subscribe(topic, FUNCTION_ARN);
    const { MessageId } = await publish(topic, 'Hello', {
      MessageAttributes: {
        kind: string('order'),
        blob: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
      },
    });
    expect(cloud.invocations.at(-1)).toEqual({
      Records: [
        {
          EventVersion: '1.0',
          EventSource: 'aws:sns',
          EventSubscriptionArn: subscription,
          Sns: {
            Type: 'Notification',
            MessageId,
            TopicArn: topic,
            Subject: null,
            Message: 'Hello',
            Timestamp: expect.any(String),
            SignatureVersion: '1',
            Signature: expect.any(String),
            SigningCertUrl: expect.any(String),
            UnsubscribeUrl: expect.stringContaining(subscription),
            MessageAttributes: {
              kind: { Type: 'String', Value: 'order' },
              blob: { Type: 'Binary', Value: 'AQI=' },
            },
          },
        },
      ],
    });
  });
});

describe('a message that cannot be delivered', () => {
  contract(
    `${GUIDE}sns-dead-letter-queues.html`,
    'goes to the dead-letter queue of its subscription',
    async () => {
      const topic = await createTopic();
      const deadLetters = await createQueue();
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadLetters.arn });
      const gone = await createQueue();
      await subscribe(topic, gone.arn, { RedrivePolicy, RawMessageDelivery: 'true' });
      await cloud.sqs.send(new DeleteQueueCommand({ QueueUrl: gone.url }));
      await subscribe(topic, `${FUNCTION_ARN}-gone`, { RedrivePolicy });
      await publish(topic, 'undelivered');
      const bodies = (await bodiesIn(deadLetters)).map((body = '') =>
        body.startsWith('{') ? JSON.parse(body).Message : body,
      );
      expect(bodies).toEqual(['undelivered', 'undelivered']);
    },
  );

  contract(`${GUIDE}sns-dead-letter-queues.html`, 'does not keep the others from theirs', async () => {
    const { topic, queue } = await rawTopic();
    await subscribe(topic, `${FUNCTION_ARN}-gone`);
    const eleven = Object.fromEntries([...'abcdefghijk'].map((name) => [name, string('v')]));
    await publish(topic, 'too many attributes for a queue', { MessageAttributes: eleven });
    await publish(topic, 'delivered');
    expect(await bodiesIn(queue)).toEqual(['delivered']);
  });
});

describe('a filter policy on attributes', () => {
  const attributes = {
    customer_interests: { DataType: 'String.Array', StringValue: '["soccer","rugby","hockey"]' },
    store: string('example_corp'),
    event: string('order_placed'),
    price_usd: { DataType: 'Number', StringValue: '210.75' },
  };
  const isDelivered = async (policy: object, MessageAttributes = attributes) => {
    const { topic, queue } = await rawTopic({ FilterPolicy: JSON.stringify(policy) });
    await publish(topic, 'x', { MessageAttributes });
    return (await receive(queue)).length === 1;
  };

  contract(`${GUIDE}example-filter-policies.html`, 'accepts what fulfils all of its properties', async () => {
    expect(
      await isDelivered({
        store: ['example_corp'],
        event: [{ 'anything-but': 'order_cancelled' }],
        customer_interests: ['rugby', 'football', 'baseball'],
        price_usd: [{ numeric: ['>=', 100] }],
      }),
    ).toBe(true);
  });

  contract(`${GUIDE}example-filter-policies.html`, 'rejects what fulfils all but one', async () => {
    expect(await isDelivered({ store: ['example_corp'], event: ['order_cancelled'] })).toBe(false);
    expect(await isDelivered({ store: ['example_corp'], encrypted: [false] })).toBe(false);
  });

  contract(`${GUIDE}attribute-key-matching.html`, 'looks whether there is an attribute', async () => {
    expect(await isDelivered({ store: [{ exists: true }], colour: [{ exists: false }] })).toBe(true);
    expect(await isDelivered({ store: [{ exists: false }] })).toBe(false);
    expect(await isDelivered({ colour: [{ exists: false }] }, {} as typeof attributes)).toBe(false);
  });

  contract(`${GUIDE}and-or-logic.html`, 'accepts one of several alternatives', async () => {
    const policy = {
      event: ['order_placed'],
      $or: [{ store: ['other'] }, { price_usd: [{ numeric: ['>', 200, '<', 300] }] }],
    };
    expect(await isDelivered(policy)).toBe(true);
    expect(await isDelivered({ $or: [{ store: ['other'] }, { store: ['third'] }] })).toBe(false);
  });

  contract(
    `${GUIDE}string-value-matching.html`,
    'knows numbers from strings, and how a string begins and ends',
    async () => {
      expect(await isDelivered({ price_usd: ['210.75'] })).toBe(false);
      expect(await isDelivered({ price_usd: [210.75] })).toBe(true);
      expect(await isDelivered({ store: [{ prefix: 'example' }], event: [{ suffix: 'placed' }] })).toBe(true);
      expect(await isDelivered({ store: [{ 'equals-ignore-case': 'EXAMPLE_CORP' }] })).toBe(true);
      expect(await isDelivered({ store: [{ 'anything-but': { prefix: 'exam' } }] })).toBe(false);
    },
  );

  contract(
    `${GUIDE}subscription-filter-policy-constraints.html`,
    'is refused when it is not understood or nests',
    async () => {
      const topic = await createTopic();
      const { arn } = await createQueue();
      for (const policy of [
        '{"a":["b"',
        '[]',
        '{"a":"b"}',
        '{"a":[{"sounds-like":"b"}]}',
        '{"a":{"b":["c"]}}',
        '{"a":[]}',
      ]) {
        await expect(subscribe(topic, arn, { FilterPolicy: policy })).rejects.toMatchObject(invalid);
      }
    },
  );
});

describe('a filter policy on the body', () => {
  const isDelivered = async (policy: object, body: unknown) => {
    const { topic, queue } = await rawTopic({
      FilterPolicy: JSON.stringify(policy),
      FilterPolicyScope: 'MessageBody',
    });
    await publish(topic, typeof body === 'string' ? body : JSON.stringify(body));
    return (await receive(queue)).length === 1;
  };

  contract(`${GUIDE}example-filter-policies.html`, 'looks into objects and arrays', async () => {
    const body = {
      store: 'example_corp',
      interests: ['rugby', 'soccer'],
      lines: [{ sku: 'a' }, { sku: 'b', count: 2 }],
    };
    expect(await isDelivered({ interests: ['soccer'], lines: { sku: ['b'] } }, body)).toBe(true);
    expect(await isDelivered({ lines: { count: [{ numeric: ['>', 2] }] } }, body)).toBe(false);
    expect(await isDelivered({ store: [{ exists: true }], colour: [{ exists: false }] }, body)).toBe(true);
  });

  contract(`${GUIDE}message-filtering-apply.html`, 'rejects a body that is no JSON object', async () => {
    expect(await isDelivered({ store: [{ exists: false }] }, 'no JSON')).toBe(false);
    expect(await isDelivered({ store: ['x'] }, [{ store: 'x' }])).toBe(false);
  });
});

describe('a FIFO topic', () => {
  const fifoTopic = async () => {
    const topic = await createTopic({ FifoTopic: 'true', ContentBasedDeduplication: 'true' });
    const queue = await createQueue({ FifoQueue: 'true' });
    await subscribe(topic, queue.arn, { RawMessageDelivery: 'true' });
    return { topic, queue };
  };

  contract(
    `${GUIDE}fifo-message-delivery.html`,
    'delivers in order, each message once in five minutes',
    async () => {
      const { topic, queue } = await fifoTopic();
      const standard = await createQueue();
      await subscribe(topic, standard.arn, { RawMessageDelivery: 'true' });
      const first = await publish(topic, '1', { MessageGroupId: 'g' });
      await publish(topic, '2', { MessageGroupId: 'g' });
      const again = await publish(topic, '1', { MessageGroupId: 'g' });
      expect([again.MessageId, again.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
      expect(await bodiesIn(queue)).toEqual(['1', '2']);
      expect(await bodiesIn(standard)).toEqual(['1', '2']);
      passedMs += 300_001;
      await publish(topic, '1', { MessageGroupId: 'g' });
      expect(await bodiesIn(standard)).toContain('1');
    },
  );

  contract(`${GUIDE}fifo-topic-message-ordering.html`, 'needs a group, and has no functions', async () => {
    const { topic } = await fifoTopic();
    await expect(publish(topic, 'x')).rejects.toMatchObject(invalid);
    await expect(subscribe(topic, FUNCTION_ARN)).rejects.toMatchObject(invalid);
    const fifo = await createQueue({ FifoQueue: 'true' });
    await expect(subscribe(await createTopic(), fifo.arn)).rejects.toMatchObject(invalid);
  });
});

describe('what is not emulated', () => {
  contract(`${API}Publish.html`, 'is refused by its name', async () => {
    const sms = cloud.sns.send(new PublishCommand({ PhoneNumber: '+491701234567', Message: 'x' }));
    await expect(sms).rejects.toThrow('does not emulate sns (Publish to PhoneNumber)');
    const client = awsClient(cloud.url, 'eu-west-1');
    await expect(client.query('sns', 'CreatePlatformApplication', {})).rejects.toMatchObject({
      code: 'NotImplemented',
      message: 'The local cloud does not emulate sns (CreatePlatformApplication).',
    });
    await expect(client.query('sts', 'AssumeRole', {})).rejects.toMatchObject({ code: 'NotImplemented' });
  });
});

describe('STS', () => {
  contract(
    'STS/latest/APIReference/API_GetCallerIdentity.html',
    'tells the account of the caller',
    async () => {
      const xml = await awsClient(cloud.url, 'eu-west-1').query('sts', 'GetCallerIdentity', {});
      expect(xml).toContain('<Account>000000000000</Account>');
    },
  );
});
