import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../../../offline/test/processes.ts';
import { allEvents } from '../../../shared/events/all-events.ts';
import { inShape } from '../../../shared/middleware/shape.ts';
import { openPublishingShop, type PublishedEvent, type PublishingShop } from './publishing-shop.ts';

jest.setTimeout(60_000);

let shop: PublishingShop;
beforeAll(async () => {
  shop = await openPublishingShop();
});
afterEach(() => {
  shop.cloud.faults.set({});
});
afterAll(() => shop.close());

const mug = { sku: 'MUG-1', name: 'Mug', category: 'kitchen', price: { amount: 1_250, currency: 'EUR' } };
const about = (id: string, events: readonly PublishedEvent[]) =>
  events.filter(({ detail }) => detail.data.id === id);
const typesOf = (events: readonly PublishedEvent[]) => events.map((event) => event['detail-type']);
async function untilPublished(id: string, ...types: string[]): Promise<PublishedEvent[]> {
  await until(async () => about(id, await shop.published()).length >= types.length, 20_000);
  const events = about(id, await shop.published());
  expect(typesOf(events)).toEqual(types);
  return events;
}

describe('what happens in the shop', () => {
  it('is published once each, in its order, as the contracts say', async () => {
    await shop.add({ id: 'mug', ...mug, stock: 10 });
    await shop.edit('mug', { name: 'Large mug' });
    await shop.adjust('mug', 5);
    const { id: sold } = await shop.order('tok_ok', 'key-1');
    const { id: declined } = await shop.order('tok_declined', 'key-2');
    await untilPublished(sold, 'OrderPlaced', 'OrderCompleted');
    await untilPublished(declined, 'OrderPlaced', 'OrderFailed');
    await shop.remove('mug');
    await untilPublished('mug', 'ItemCreated', 'ItemUpdated', 'ItemDeleted');

    const events = await shop.published();
    expect(new Set(events.map(({ detail }) => detail.metadata.eventId)).size).toBe(7);
    for (const { source, 'detail-type': type, detail } of events) {
      const contract = allEvents[type as keyof typeof allEvents];
      expect([source, inShape<unknown>(contract.detail, detail, type)]).toEqual([contract.source, detail]);
    }
    expect(JSON.stringify(events)).not.toContain('tok_');
  });

  it('is told with what others need of it', async () => {
    await shop.add({ id: 'cup', ...mug, description: 'Holds tea', stock: 3 });
    const { id } = await shop.order('tok_ok', 'key-3', [{ itemId: 'cup', quantity: 2 }]);
    const [created] = await untilPublished('cup', 'ItemCreated');
    const [placed, completed] = await untilPublished(id, 'OrderPlaced', 'OrderCompleted');
    expect(created?.detail).toEqual({
      metadata: {
        eventId: expect.any(String),
        occurredAt: created?.detail.data.createdAt,
        correlationId: expect.any(String),
        version: 1,
      },
      data: {
        id: 'cup',
        ...mug,
        stock: 3,
        version: 1,
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      },
    });
    expect(placed?.detail.data).toEqual({
      id,
      customerId: 'bob',
      placedAt: placed?.detail.metadata.occurredAt,
      lines: [{ itemId: 'cup', quantity: 2 }],
    });
    expect(completed?.detail.data).toEqual({
      id,
      customerId: 'bob',
      placedAt: placed?.detail.metadata.occurredAt,
      lines: [
        {
          ...{ itemId: 'cup', quantity: 2, name: 'Mug', category: 'kitchen' },
          unitPrice: { amount: 1_250, currency: 'EUR' },
        },
      ],
      total: { amount: 2_500, currency: 'EUR' },
    });
  });
});

describe('a change that comes five times', () => {
  it('is published under one event id', async () => {
    const STREAM =
      'arn:aws:dynamodb:eu-west-1:000000000000:table/shop-items-test/stream/2026-11-01T00:00:00.000';
    const dynamodb = {
      ApproximateCreationDateTime: 1_793_534_400,
      Keys: { id: { S: 'gone' } },
      OldImage: { id: { S: 'gone' }, sku: { S: 'GONE-1' }, version: { N: '4' } },
      SequenceNumber: '900000000000000000001',
    };
    const Records = [{ eventSourceARN: STREAM, dynamodb }];
    for (let time = 1; time <= 5; time += 1) {
      expect(await shop.invoke('publishChanges', { Records })).toEqual({ batchItemFailures: [] });
    }
    const events = about('gone', await shop.published());
    expect(typesOf(events)).toEqual(Array.from({ length: 5 }, () => 'ItemDeleted'));
    expect(new Set(events.map(({ detail }) => JSON.stringify(detail))).size).toBe(1);
  });
});

describe('a bus that fails', () => {
  it('for a while delays events, and none is lost or overtaken', async () => {
    shop.cloud.faults.set({
      rules: [{ service: 'events', operation: 'PutEvents', fault: 'throttle', count: 9 }],
    });
    await shop.add({ id: 'pot', ...mug, stock: 9 });
    await shop.edit('pot', { name: 'Large pot' });
    await shop.remove('pot');
    await untilPublished('pot', 'ItemCreated', 'ItemUpdated', 'ItemDeleted');
    expect(await shop.failures()).toEqual([]);
  });

  it('for good leaves one record, from which the event is published once', async () => {
    shop.cloud.faults.set({ rules: [{ service: 'events', operation: 'PutEvents', fault: 'error' }] });
    await shop.add({ id: 'jar', ...mug, stock: 9 });
    await until(async () => (await shop.failures()).length > 0, 40_000);
    expect(await shop.failures()).toMatchObject([{ DDBStreamBatchInfo: { batchSize: 1 } }]);
    expect(about('jar', await shop.published())).toEqual([]);

    shop.cloud.faults.set({});
    expect(await shop.redrive()).toEqual({ redriven: 1, failed: [] });
    await shop.edit('jar', { name: 'Large jar' });
    await untilPublished('jar', 'ItemCreated', 'ItemUpdated');
    expect(await shop.failures()).toEqual([]);
  });
});

describe('staff', () => {
  const sns = new SNSClient();
  const sqs = new SQSClient();
  let QueueUrl: string | undefined;
  beforeAll(async () => {
    ({ QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'alerts' })));
    await sns.send(
      new SubscribeCommand({
        TopicArn: shop.cloud.resources.StockAlerts,
        Protocol: 'sqs',
        Endpoint: 'arn:aws:sqs:eu-west-1:000000000000:alerts',
        Attributes: { RawMessageDelivery: 'true' },
      }),
    );
  });
  afterAll(() => {
    sns.destroy();
    sqs.destroy();
  });

  /** What they are told until there is word of this stock of this item. */
  async function toldUntil(itemId: string, stock: number): Promise<{ itemId: string; stock: number }[]> {
    const told: { itemId: string; stock: number }[] = [];
    await until(async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
      told.push(...Messages.map(({ Body = '' }) => JSON.parse(Body)));
      return told.some((one) => one.itemId === itemId && one.stock === stock);
    });
    return told;
  }

  it('are told once when the stock of an item falls below the threshold', async () => {
    await shop.add({ id: 'pan', ...mug, sku: 'PAN-1', stock: 6 });
    await shop.adjust('pan', -1);
    await shop.adjust('pan', -3);
    await shop.adjust('pan', -1);
    await shop.adjust('pan', 9);
    await shop.adjust('pan', -10);
    const alert = { kind: 'LowStock', itemId: 'pan', sku: 'PAN-1', name: 'Mug', threshold: 5 };
    expect(await toldUntil('pan', 0)).toEqual(
      [2, 0].map((stock) => ({ ...alert, stock, id: expect.any(String), at: expect.any(String) })),
    );
    const runs = () =>
      shop.cloud.invocations.filter(
        ({ functionKey, trigger }) => functionKey === 'notifyLowStock' && trigger.startsWith('stream'),
      ).length;
    // The word is out before its run has ended; and both falls may come in one batch.
    await until(async () => runs() > 0);
    expect([1, 2]).toContain(runs());
  });

  it('are told once of a fall that comes five times at once, and again later', async () => {
    const fall = (id: string, SequenceNumber: string) => ({
      eventSourceARN: `arn:aws:dynamodb:eu-west-1:000000000000:table/shop-items-test/stream/2026-11-01T00:00:00.000`,
      dynamodb: {
        ...{ ApproximateCreationDateTime: 1_793_534_400, SequenceNumber, Keys: { id: { S: id } } },
        OldImage: { id: { S: id }, sku: { S: 'X' }, name: { S: 'X' }, stock: { N: '9' } },
        NewImage: { id: { S: id }, sku: { S: 'X' }, name: { S: 'X' }, stock: { N: '1' } },
      },
    });
    const notify = (...Records: object[]) =>
      shop.invoke<{ batchItemFailures: object[] }>('notifyLowStock', { Records });
    const [wok, last] = [fall('wok', '800000000000000000001'), fall('last', '800000000000000000002')];
    await Promise.all([1, 2, 3, 4, 5].map(() => notify(wok)));
    expect(await notify(wok, wok)).toEqual({ batchItemFailures: [] });
    await notify(last);
    expect((await toldUntil('last', 1)).map(({ itemId }) => itemId)).toEqual(['wok', 'last']);
  });
});
