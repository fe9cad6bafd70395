import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startTestBridge, type TestBridge } from '../../services/event-bridge/testing/event-bridge.ts';
import { until } from '../processes.ts';
import { contract } from './contract.ts';

const API = 'eventbridge/latest/APIReference/';
const GUIDE = 'eventbridge/latest/userguide/';
const ARN = 'arn:aws:events:eu-west-1:000000000000:';
const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:shop';
const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:orders';

let bridge: TestBridge;
beforeEach(async () => {
  bridge = await startTestBridge('2026-03-01T00:00:00Z');
});
afterEach(() => bridge.stop());

const pattern = JSON.stringify({ source: ['shop.orders'] });
const entry: PutEventsRequestEntry = {
  Source: 'shop.orders',
  DetailType: 'OrderPlaced',
  Detail: '{"id":"o-1"}',
};

const put = async (...Entries: PutEventsRequestEntry[]) => {
  const { FailedEntryCount, Entries: results } = await bridge.client.send(new PutEventsCommand({ Entries }));
  return { FailedEntryCount, Entries: results };
};

async function putRule(name: string, target: Target = { Id: 'a', Arn: FUNCTION }, EventBusName?: string) {
  await bridge.client.send(new PutRuleCommand({ Name: name, EventPattern: pattern, EventBusName }));
  await bridge.client.send(new PutTargetsCommand({ Rule: name, Targets: [target], EventBusName }));
}

const createBus = (Name: string) => bridge.client.send(new CreateEventBusCommand({ Name }));

describe('PutEvents', () => {
  contract(`${GUIDE}eb-events.html`, 'hands the event on with its nine fields', async () => {
    await putRule('orders');
    const Time = new Date('2026-01-14T01:02:03.900Z');
    const { Entries } = await put({ ...entry, Time, Resources: ['arn:x'] });
    await until(() => bridge.delivered.length > 0);
    expect(bridge.delivered).toEqual([
      {
        arn: FUNCTION,
        trigger: 'rule orders',
        message: {
          version: '0',
          id: Entries?.[0]?.EventId,
          'detail-type': 'OrderPlaced',
          source: 'shop.orders',
          account: '000000000000',
          time: '2026-01-14T01:02:03Z',
          region: 'eu-west-1',
          resources: ['arn:x'],
          detail: { id: 'o-1' },
        },
      },
    ]);
  });

  contract(
    `${API}API_PutEventsRequestEntry.html`,
    'takes the time of the call when the entry has none',
    async () => {
      await putRule('orders');
      await put(entry);
      await until(() => bridge.delivered.length > 0);
      expect(bridge.delivered[0]?.message).toMatchObject({
        time: expect.stringMatching(/^2026-03-01T00:00:\d\dZ$/),
        resources: [],
      });
    },
  );

  contract(
    `${API}API_PutEventsRequestEntry.html`,
    'reaches the rules of the named bus only, by name or ARN',
    async () => {
      await createBus('shop');
      await putRule('on-default');
      await putRule('on-shop', { Id: 'a', Arn: QUEUE }, 'shop');
      await put({ ...entry, EventBusName: 'shop', Detail: '{"by":"name"}' });
      await put({ ...entry, EventBusName: `${ARN}event-bus/shop`, Detail: '{"by":"ARN"}' });
      await put({ ...entry, Detail: '{"by":"default"}' });
      await until(() => bridge.delivered.length === 3);
      const received = bridge.delivered.map(({ arn, message }) => [
        arn,
        (message as { detail: object }).detail,
      ]);
      expect(received).toEqual([
        [QUEUE, { by: 'name' }],
        [QUEUE, { by: 'ARN' }],
        [FUNCTION, { by: 'default' }],
      ]);
    },
  );

  contract(`${API}API_PutEvents.html`, 'takes ten entries at most, and one at least', async () => {
    expect((await put(...Array<PutEventsRequestEntry>(10).fill(entry))).Entries).toHaveLength(10);
    await expect(put(...Array<PutEventsRequestEntry>(11).fill(entry))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(put()).rejects.toMatchObject({ name: 'ValidationException' });
  });

  contract(
    `${GUIDE}eb-putevents.html`,
    'takes entries of less than 1 MB in all, counted as documented',
    async () => {
      const ofSize = (bytes: number) => `{"x":"${'é'.repeat((bytes - 8) / 2)}"}`;
      // 14 bytes for the time, 4 for the texts, 8 for the resource.
      const small = {
        Source: 'ab',
        DetailType: 'cd',
        Resources: ['arn:x/éa'.slice(0, 7)],
        Time: new Date(0),
      };
      const rest = 14 + 2 + 2 + Buffer.byteLength(small.Resources[0] ?? '');
      const limit = 1024 * 1024;
      expect((await put({ ...small, Detail: ofSize(limit - rest - 2) })).FailedEntryCount).toBe(0);
      await expect(put({ ...small, Detail: ofSize(limit - rest) })).rejects.toMatchObject({
        name: 'ValidationException',
        message: 'Total size of the entries in the request is over the limit.',
      });
      const half = { ...entry, Detail: ofSize(limit / 2) };
      await expect(put(half, half)).rejects.toMatchObject({ name: 'ValidationException' });
    },
  );

  contract(
    `${GUIDE}eb-putevents.html`,
    'answers each entry in its place, and goes on behind a failing one',
    async () => {
      await putRule('orders');
      const results = await put(entry, { ...entry, Detail: 'no JSON' }, entry);
      expect(results).toEqual({
        FailedEntryCount: 1,
        Entries: [
          { EventId: expect.any(String) },
          { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
          { EventId: expect.any(String) },
        ],
      });
      await until(() => bridge.delivered.length === 2);
    },
  );

  for (const Detail of ['"text"', '[1]', 'null', '{']) {
    contract(`${API}API_PutEventsRequestEntry.html`, `fails an entry whose detail is ${Detail}`, async () => {
      expect((await put({ ...entry, Detail })).Entries?.[0]?.ErrorCode).toBe('MalformedDetail');
    });
  }

  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    contract(`${API}API_PutEventsRequestEntry.html`, `fails an entry without ${name}`, async () => {
      const { [name]: _, ...incomplete } = entry;
      expect((await put(incomplete)).Entries).toEqual([
        {
          ErrorCode: 'InvalidArgument',
          ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
        },
      ]);
    });
  }

  contract(
    `${API}API_PutEventsRequestEntry.html`,
    'fails an entry whose detail type is longer than 128',
    async () => {
      expect((await put({ ...entry, DetailType: 'x'.repeat(128) })).FailedEntryCount).toBe(0);
      expect((await put({ ...entry, DetailType: 'x'.repeat(129) })).Entries?.[0]?.ErrorCode).toBe(
        'InvalidArgument',
      );
    },
  );

  contract(`${API}API_PutEventsResultEntry.html`, "fails an entry with a source of AWS's own", async () => {
    expect((await put({ ...entry, Source: 'aws.s3' })).Entries?.[0]?.ErrorCode).toBe(
      'NotAuthorizedForSourceException',
    );
  });

  contract(
    `${API}API_PutEventsResultEntry.html`,
    'knows no error for an unknown bus, and loses the event',
    async () => {
      const complain = jest.spyOn(console, 'error').mockImplementation(() => undefined);
      expect(await put({ ...entry, EventBusName: 'nowhere' })).toEqual({
        FailedEntryCount: 0,
        Entries: [{ EventId: expect.any(String) }],
      });
      expect(complain).toHaveBeenCalledWith('PutEvents: there is no event bus nowhere; the event is lost.');
      complain.mockRestore();
    },
  );

  it('refuses a global endpoint by name', async () => {
    const Entries = [entry];
    await expect(
      bridge.aws.json('events', 'AWSEvents.PutEvents', { Entries, EndpointId: 'a.b' }),
    ).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'The request: the local cloud does not support EndpointId.',
    });
  });
});

describe('an event bus', () => {
  contract(
    `${API}API_CreateEventBus.html`,
    'is created once, described by name or ARN, and deleted',
    async () => {
      expect((await createBus('shop')).EventBusArn).toBe(`${ARN}event-bus/shop`);
      await expect(createBus('shop')).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
      for (const Name of ['shop', `${ARN}event-bus/shop`]) {
        const description = await bridge.client.send(new DescribeEventBusCommand({ Name }));
        expect(description).toMatchObject({ Name: 'shop', Arn: `${ARN}event-bus/shop` });
      }
      await bridge.client.send(new DeleteEventBusCommand({ Name: 'shop' }));
      await expect(bridge.client.send(new DescribeEventBusCommand({ Name: 'shop' }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: 'Event bus shop does not exist.',
      });
    },
  );

  contract(`${API}API_DescribeEventBus.html`, 'is the default one when none is named', async () => {
    expect((await bridge.client.send(new DescribeEventBusCommand({}))).Arn).toBe(`${ARN}event-bus/default`);
  });

  contract(
    `${API}API_DeleteEventBus.html`,
    'is not deleted when it is the default one, or has rules',
    async () => {
      await createBus('shop');
      await putRule('orders', undefined, 'shop');
      for (const Name of ['default', 'shop']) {
        await expect(bridge.client.send(new DeleteEventBusCommand({ Name }))).rejects.toMatchObject({
          name: 'ValidationException',
        });
      }
      expect(await bridge.client.send(new DeleteEventBusCommand({ Name: 'never-was' }))).toBeDefined();
    },
  );

  contract(`${API}API_ListEventBuses.html`, 'is listed by prefix, page by page', async () => {
    for (const name of ['shop-a', 'shop-b', 'shop-c']) await createBus(name);
    const list = (Limit: number, NextToken?: string) =>
      bridge.client.send(new ListEventBusesCommand({ NamePrefix: 'shop', Limit, NextToken }));
    const first = await list(2);
    const second = await list(2, first.NextToken);
    expect([first, second].map(({ EventBuses }) => EventBuses?.map(({ Name }) => Name))).toEqual([
      ['shop-a', 'shop-b'],
      ['shop-c'],
    ]);
    expect([second.NextToken, (await list(3)).NextToken]).toEqual([undefined, undefined]);
  });

  contract(`${GUIDE}eb-quota.html`, 'is one of 100 at most', async () => {
    for (let number = 1; number < 100; number += 1) await createBus(`bus-${number}`);
    await expect(createBus('one-more')).rejects.toMatchObject({ name: 'LimitExceededException' });
  });
});

describe('a rule', () => {
  contract(`${API}API_PutRule.html`, 'is described with all that it was put with, on its bus', async () => {
    await createBus('shop');
    const rule = { Name: 'orders', EventPattern: pattern, Description: 'Orders', EventBusName: 'shop' };
    const { RuleArn } = await bridge.client.send(new PutRuleCommand(rule));
    expect(RuleArn).toBe(`${ARN}rule/shop/orders`);
    const { $metadata: _, ...description } = await bridge.client.send(
      new DescribeRuleCommand({ Name: 'orders', EventBusName: 'shop' }),
    );
    expect(description).toEqual({ ...rule, Arn: RuleArn, State: 'ENABLED' });
    await expect(bridge.client.send(new DescribeRuleCommand({ Name: 'orders' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  contract(
    `${API}API_PutRule.html`,
    'is replaced by the next of its name, and keeps its targets',
    async () => {
      await putRule('orders');
      await bridge.client.send(new PutRuleCommand({ Name: 'orders', EventPattern: '{"source":["other"]}' }));
      await put(entry, { ...entry, Source: 'other' });
      await until(() => bridge.delivered.length > 0);
      expect(bridge.messagesTo(FUNCTION)).toMatchObject([{ source: 'other' }]);
    },
  );

  contract(`${API}API_PutRule.html`, 'has a pattern or a schedule', async () => {
    await expect(bridge.client.send(new PutRuleCommand({ Name: 'orders' }))).rejects.toMatchObject({
      message: 'Parameter(s) EventPattern or ScheduleExpression must be specified.',
    });
  });

  contract(`${API}API_PutRule.html`, 'is refused for a pattern that is no JSON', async () => {
    const put = bridge.client.send(new PutRuleCommand({ Name: 'orders', EventPattern: '{' }));
    await expect(put).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
  });

  contract(`${API}API_DisableRule.html`, 'matches nothing while it is disabled', async () => {
    await putRule('orders');
    await bridge.client.send(new DisableRuleCommand({ Name: 'orders' }));
    await put(entry);
    await bridge.client.send(new EnableRuleCommand({ Name: 'orders' }));
    await put({ ...entry, Detail: '{"id":"o-2"}' });
    await until(() => bridge.delivered.length > 0);
    expect(bridge.messagesTo(FUNCTION)).toMatchObject([{ detail: { id: 'o-2' } }]);
  });

  contract(`${API}API_DeleteRule.html`, 'is deleted once its targets are removed', async () => {
    await putRule('orders');
    const remove = () => bridge.client.send(new DeleteRuleCommand({ Name: 'orders' }));
    await expect(remove()).rejects.toMatchObject({ name: 'ValidationException' });
    await bridge.client.send(new RemoveTargetsCommand({ Rule: 'orders', Ids: ['a'] }));
    await remove();
    await remove();
    expect((await bridge.client.send(new ListRulesCommand({}))).Rules).toEqual([]);
  });

  contract(`${API}API_ListRules.html`, 'is listed by prefix, on its bus', async () => {
    await createBus('shop');
    await putRule('orders-a');
    await putRule('mail');
    await putRule('orders-b', undefined, 'shop');
    const names = async (EventBusName?: string) => {
      const command = new ListRulesCommand({ NamePrefix: 'orders', EventBusName });
      return (await bridge.client.send(command)).Rules?.map(({ Name }) => Name);
    };
    expect([await names(), await names('shop')]).toEqual([['orders-a'], ['orders-b']]);
  });

  contract(`${GUIDE}eb-quota.html`, 'is one of 300 at most on a bus', async () => {
    const putNumbered = (number: number) =>
      bridge.client.send(new PutRuleCommand({ Name: `rule-${number}`, EventPattern: pattern }));
    for (let number = 1; number <= 300; number += 1) await putNumbered(number);
    await expect(putNumbered(301)).rejects.toMatchObject({ name: 'LimitExceededException' });
    await putNumbered(300);
  });
});

describe('targets', () => {
  contract(`${API}API_PutTargets.html`, 'are replaced by their ids, and listed', async () => {
    await putRule('orders');
    const target = { Id: 'a', Arn: QUEUE, RetryPolicy: { MaximumRetryAttempts: 3 } };
    const put = await bridge.client.send(new PutTargetsCommand({ Rule: 'orders', Targets: [target] }));
    expect(put).toMatchObject({ FailedEntryCount: 0, FailedEntries: [] });
    const { Targets } = await bridge.client.send(new ListTargetsByRuleCommand({ Rule: 'orders' }));
    expect(Targets).toEqual([target]);
  });

  contract(`${GUIDE}eb-quota.html`, 'are five at most for a rule', async () => {
    await putRule('orders');
    const Targets = ['b', 'c', 'd', 'e', 'f'].map((Id) => ({ Id, Arn: FUNCTION }));
    const put = (count: number) =>
      bridge.client.send(new PutTargetsCommand({ Rule: 'orders', Targets: Targets.slice(0, count) }));
    await expect(put(5)).rejects.toMatchObject({ name: 'LimitExceededException' });
    await put(4);
  });

  contract(`${API}API_PutTargets.html`, 'belong to a rule that exists', async () => {
    await expect(
      bridge.client.send(new PutTargetsCommand({ Rule: 'nothing', Targets: [{ Id: 'a', Arn: FUNCTION }] })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  contract(`${API}API_SqsParameters.html`, 'that are FIFO queues have a message group', async () => {
    await expect(putRule('orders', { Id: 'a', Arn: `${QUEUE}.fifo` })).rejects.toMatchObject({
      message: 'Parameter(s) SqsParameters must be specified for target: a.',
    });
    await putRule('orders', { Id: 'a', Arn: `${QUEUE}.fifo`, SqsParameters: { MessageGroupId: 'g' } });
    await put(entry);
    await until(() => bridge.delivered.length > 0);
    expect(bridge.delivered[0]).toMatchObject({ arn: `${QUEUE}.fifo`, messageGroupId: 'g' });
  });

  contract(`${API}API_RetryPolicy.html`, 'are retried 185 times and for a day at most', async () => {
    for (const RetryPolicy of [
      { MaximumRetryAttempts: 186 },
      { MaximumRetryAttempts: -1 },
      { MaximumEventAgeInSeconds: 59 },
      { MaximumEventAgeInSeconds: 86_401 },
    ]) {
      await expect(putRule('orders', { Id: 'a', Arn: FUNCTION, RetryPolicy })).rejects.toMatchObject({
        name: 'ValidationException',
      });
    }
  });

  contract(`${GUIDE}eb-rule-dlq.html`, 'have a standard queue for their dead letters', async () => {
    const DeadLetterConfig = { Arn: `${QUEUE}.fifo` };
    await expect(putRule('orders', { Id: 'a', Arn: FUNCTION, DeadLetterConfig })).rejects.toMatchObject({
      message: 'The request: Targets.0.DeadLetterConfig.Arn: a dead-letter queue is a standard SQS queue.',
    });
  });

  it.each([
    [
      { EcsParameters: { TaskDefinitionArn: 'x' } },
      'the local cloud does not support Targets.0.EcsParameters.',
    ],
    [
      { Arn: 'arn:aws:firehose:eu-west-1:000000000000:deliverystream/x' },
      'Targets.0.Arn: events go to functions, queues, topics, state machines and event buses only.',
    ],
  ])('are refused by name: %j', async (change, message) => {
    await expect(putRule('orders', { Id: 'a', Arn: FUNCTION, ...change })).rejects.toMatchObject({
      name: 'ValidationException',
      message: `The request: ${message}`,
    });
  });
});
