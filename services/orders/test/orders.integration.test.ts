import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../../offline/test/processes.ts';
import type { Order } from '../src/domain/order.ts';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(withoutFaults);
afterAll(() => shop.close());

function withoutFaults(): void {
  shop.cloud.faults.set({ seed: 1, rules: [] });
}

const of = (itemId: string, token = 'tok_ok', quantity = 1) => ({
  lines: [{ itemId, quantity }],
  payment: { token },
});
const isEnded = ({ status }: Order) => ['COMPLETE', 'FAILED', 'CANCELLED'].includes(status);
async function ended(id: string): Promise<Order> {
  const isOver = async () => isEnded((await shop.record(id, 'order')) as unknown as Order);
  await until(isOver, 60_000);
  return (await shop.get(id)).body;
}
async function outcome(body: object): Promise<Order> {
  const { body: order } = await shop.place(body);
  return ended(order.id);
}
const story = ({ timeline }: Order) =>
  timeline.map(({ event, attempt, reason }) =>
    [event, attempt > 1 ? `(${attempt})` : '', reason ?? ''].join(' ').trim(),
  );
/** The two branches end in any order. */
const sorted = (events: readonly string[]) => events.toSorted();

const LOST_START = { service: 'states', operation: 'StartExecution', fault: 'error', rate: 1 } as const;

describe('an order', () => {
  it('is accepted at once, completes, and tells how', async () => {
    await shop.stock('lamp', 5, 4_990);
    const placed = await shop.place(of('lamp', 'tok_ok', 2));
    expect(placed.status).toBe(202);
    expect(placed.headers).toMatchObject({ location: `/orders/${placed.body.id}` });
    expect(placed.body).toMatchObject({ status: 'PENDING', lines: [{ itemId: 'lamp', quantity: 2 }] });
    const order = await ended(placed.body.id);
    expect(order).toMatchObject({
      status: 'COMPLETE',
      lines: [
        {
          ...{ itemId: 'lamp', quantity: 2, name: 'The lamp', category: 'test' },
          unitPrice: { amount: 4_990, currency: 'EUR' },
        },
      ],
      total: { amount: 9_980, currency: 'EUR' },
    });
    expect(story(order).slice(0, 5)).toEqual(['PENDING', 'VALIDATED', 'RESERVED', 'PAYMENT_STARTED', 'PAID']);
    expect(sorted(story(order).slice(5, 7))).toEqual(['CONFIRMED', 'STOCK_COMMITTED']);
    expect(story(order).slice(7)).toEqual(['COMPLETE']);
    expect(await shop.stockOf('lamp')).toBe(3);
    expect(await shop.record(order.id, 'charge')).toMatchObject({
      state: 'CAPTURED',
      captured: { amount: 9_980, currency: 'EUR' },
    });
    const kept = await shop.record(order.id, 'order');
    expect([kept?.paymentToken, kept?.unfinished]).toEqual([undefined, undefined]);
  });

  it('of a card that is declined fails, and what was reserved goes back', async () => {
    await shop.stock('vase', 1);
    const order = await outcome(of('vase', 'tok_declined'));
    expect([order.status, order.reason]).toEqual(['FAILED', 'PAYMENT_DECLINED']);
    expect(story(order)).toEqual([
      'PENDING',
      'VALIDATED',
      'RESERVED',
      'PAYMENT_STARTED',
      'COMPENSATING  PAYMENT_DECLINED',
      'PAYMENT_VOIDED',
      'RELEASED',
      'FAILED  PAYMENT_DECLINED',
    ]);
    expect(await shop.stockOf('vase')).toBe(1);
    expect(await shop.captures(order.id)).toMatchObject([{ state: 'VOIDED' }]);
  });

  it('whose payment lost its answer asks the provider, and is charged once', async () => {
    await shop.stock('rug', 1);
    const order = await outcome(of('rug', 'tok_timeout'));
    expect([order.status, story(order)[4]]).toEqual(['COMPLETE', 'PAID (2)']);
    expect(await shop.captures(order.id)).toMatchObject([{ state: 'CAPTURED' }]);
  });

  it('whose payment fails twice is charged once by the third attempt', async () => {
    await shop.stock('desk', 1);
    const order = await outcome(of('desk', 'tok_flaky'));
    expect([order.status, story(order)[4]]).toEqual(['COMPLETE', 'PAID (3)']);
    expect(await shop.captures(order.id)).toMatchObject([{ state: 'CAPTURED' }]);
  });

  it.each([
    ['more than there is', [{ itemId: 'sofa', quantity: 2 }], 'OUT_OF_STOCK'],
    [
      'one thing that there is and one too many',
      [
        { itemId: 'sofa', quantity: 1 },
        { itemId: 'bed', quantity: 1 },
      ],
      'OUT_OF_STOCK',
    ],
    ['what there is not', [{ itemId: 'unicorn', quantity: 1 }], 'ITEM_NOT_FOUND'],
  ])('of %s fails, and takes nothing', async (_, lines, reason) => {
    await shop.stock('sofa', 1);
    await shop.stock('bed', 0);
    const order = await outcome({ lines, payment: { token: 'tok_ok' } });
    expect([order.status, order.reason]).toEqual(['FAILED', reason]);
    expect(await shop.stockOf('sofa')).toBe(1);
    expect(await shop.record(order.id, 'charge')).toBeUndefined();
  });

  it('is one however often its request is repeated, and another request with its key is refused', async () => {
    await shop.stock('pen', 100);
    const repeated = Array.from({ length: 50 }, () => shop.place(of('pen'), { key: 'the-same' }));
    const ids = new Set((await Promise.all(repeated)).map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    const [id = ''] = ids;
    await ended(id);
    expect(await shop.stockOf('pen')).toBe(99);
    expect(await shop.captures(id)).toHaveLength(1);
    const later = await shop.place(of('pen'), { key: 'the-same' });
    expect([later.status, later.body.id]).toEqual([202, id]);
    const other = await shop.place(of('pen', 'tok_ok', 2), { key: 'the-same' });
    expect(other.status).toBe(422);
    const ofCarol = await shop.place(of('pen'), { key: 'the-same', customer: 'carol' });
    expect(ofCarol.body.id).not.toBe(id);
  });

  it('is refused without an Idempotency-Key, and when it is not of its shape', async () => {
    expect((await shop.place(of('pen'), { key: null })).status).toBe(400);
    expect((await shop.place({ lines: [], payment: { token: 'tok_ok' } })).status).toBe(400);
    const twice = { lines: [of('pen').lines[0], of('pen').lines[0]], payment: { token: 'tok_ok' } };
    expect((await shop.place(twice)).body).toMatchObject({
      errors: [{ in: 'body', pointer: '/lines', detail: 'must name each item once' }],
    });
  });

  it("is its customer's alone: to others it is not there", async () => {
    await shop.stock('key', 1);
    const { body } = await shop.place(of('key'), { customer: 'dora' });
    const ofOther = await shop.get(body.id, 'eve');
    const absent = await shop.get('01KE6P4YM085R2G34YS8EPPB3S', 'eve');
    expect([ofOther.status, absent.status]).toEqual([404, 404]);
    expect(JSON.stringify(ofOther.body).replaceAll(body.id, '')).toBe(
      JSON.stringify(absent.body).replaceAll('01KE6P4YM085R2G34YS8EPPB3S', ''),
    );
    expect((await shop.cancel(body.id, 'eve')).status).toBe(404);
    expect((await shop.list({}, 'eve')).body).toEqual({ orders: [], nextCursor: null });
  });

  it('stands in the list of its customer, page by page, the newest first', async () => {
    const placed: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      placed.push((await shop.place(of('unicorn'), { customer: 'fay' })).body.id);
    }
    const first = await shop.list({ limit: '3' }, 'fay');
    const cursor = first.body.nextCursor ?? '';
    const second = await shop.list({ limit: '3', cursor }, 'fay');
    expect([...first.body.orders, ...second.body.orders].map(({ id }) => id)).toEqual(placed.toReversed());
    expect(second.body.nextCursor).toBeNull();
    expect((await shop.list({ cursor }, 'gil')).status).toBe(400);
  });
});

describe('an order that is cancelled', () => {
  it('before its payment ends, and its workflow changes nothing any more', async () => {
    await shop.stock('cup', 3);
    shop.cloud.faults.set({ seed: 1, rules: [LOST_START] });
    const { body } = await shop.place(of('cup'), { key: 'to-be-cancelled' });
    withoutFaults();
    const runs = () => shop.cloud.invocations.filter(({ functionKey }) => functionKey === 'failOrder').length;
    const before = runs();
    const cancelled = await shop.cancel(body.id);
    expect([cancelled.status, cancelled.body.status, cancelled.body.reason]).toEqual([
      200,
      'CANCELLED',
      'CANCELLED_BY_CUSTOMER',
    ]);
    expect((await shop.cancel(body.id)).status).toBe(200);
    // The same request again begins the workflow that was lost.
    await shop.place(of('cup'), { key: 'to-be-cancelled' });
    await until(() => runs() > before);
    expect(story((await shop.get(body.id)).body)).toEqual(['PENDING', 'CANCELLED  CANCELLED_BY_CUSTOMER']);
    expect(await shop.stockOf('cup')).toBe(3);
  });

  it('after its payment is refused', async () => {
    await shop.stock('mat', 1);
    const order = await outcome(of('mat'));
    expect((await shop.cancel(order.id)).status).toBe(409);
    expect((await shop.get(order.id)).body.status).toBe('COMPLETE');
  });
});

describe('the sweep', () => {
  const tick = { time: '2026-11-22T12:00:00Z' };
  it('begins a workflow whose start was lost, when the order is two minutes old', async () => {
    await shop.stock('fan', 1);
    shop.cloud.faults.set({ seed: 1, rules: [LOST_START] });
    const { status, body } = await shop.place(of('fan'));
    expect(status).toBe(202);
    withoutFaults();
    await shop.invoke('sweepOrders', tick);
    expect((await shop.get(body.id)).body.status).toBe('PENDING');

    const age = new UpdateCommand({
      TableName: shop.cloud.resources.OrdersTable,
      Key: { orderId: body.id, record: 'order' },
      UpdateExpression: 'SET placedAt = :past',
      ExpressionAttributeValues: { ':past': new Date(Date.now() - 121_000).toISOString() },
    });
    await shop.documents.send(age);
    await shop.invoke('sweepOrders', tick);
    expect((await ended(body.id)).status).toBe('COMPLETE');
  });
});

describe('a hundred orders of one at once', () => {
  it('on a stock of ten: ten complete and are charged, ninety are out of stock', async () => {
    await shop.stock('rarity', 10);
    const placed = await Promise.all(Array.from({ length: 100 }, () => shop.place(of('rarity'))));
    const orders: Order[] = [];
    for (const { body } of placed) orders.push(await ended(body.id));
    const count = (wanted: (order: Order) => boolean) => orders.filter(wanted).length;
    expect(count(({ status }) => status === 'COMPLETE')).toBe(10);
    expect(count(({ status, reason }) => status === 'FAILED' && reason === 'OUT_OF_STOCK')).toBe(90);
    const captures = await Promise.all(orders.map(({ id }) => shop.captures(id)));
    expect(captures.flat().filter(({ state }) => state === 'CAPTURED')).toHaveLength(10);
    expect(await shop.stockOf('rarity')).toBe(0);
  }, 180_000);
});
