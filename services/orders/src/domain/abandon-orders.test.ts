import { describe, expect, it } from '@jest/globals';
import { type AbandonDependencies, abandonOrders } from './abandon-orders.ts';
import type { StoredOrder } from './order.ts';
import { OrderMoved } from './order-errors.ts';

const order = (id: string, more: Partial<StoredOrder> = {}) =>
  ({ id, customerId: 'bob', status: 'RESERVED', ...more }) as StoredOrder;

const NOW = new Date('2026-11-22T03:00:00Z');

/** A shop with old orders, as the index lists them and as they are when they are read. */
function shopWith(orders: readonly StoredOrder[], more: Partial<AbandonDependencies> = {}) {
  const done: string[] = [];
  const dependencies: AbandonDependencies = {
    orders: { find: async (id) => orders.find((each) => each.id === id) },
    unfinished: {
      async *placedBefore(time) {
        done.push(`before ${time}`);
        yield orders.map(({ id }) => id);
      },
    },
    inventory: { cancel: async ({ id }, reason) => void done.push(`${id} ${reason}`) },
    approvals: { find: async (id) => (id === 'waiting' ? { taskToken: 'token' } : undefined) },
    workflow: { answer: async (token, answer) => void done.push(`${token} ${JSON.stringify(answer)}`) },
    now: () => NOW,
    ...more,
  };
  const failures: string[] = [];
  const abandon = (request: { time?: Date; dryRun?: boolean; remainingTimeMs?: () => number } = {}) =>
    abandonOrders(
      dependencies,
      { time: NOW, dryRun: false, remainingTimeMs: () => 60_000, ...request },
      (id) => failures.push(id),
    );
  return { done, failures, abandon };
}
const A_WEEK_AGO = 'before 2026-11-15T03:00:00.000Z';

describe('abandoning orders', () => {
  it('cancels those that have not ended for a week', async () => {
    const { done, abandon } = shopWith([order('a'), order('b', { status: 'PENDING' })]);
    expect(await abandon()).toEqual({ seen: 2, abandoned: 2, failed: 0, isWhole: true });
    expect(done).toEqual([A_WEEK_AGO, 'a ABANDONED', 'b ABANDONED']);
  });

  it.each([
    ['whose payment has begun', { paymentStartedAt: '2026-11-10T10:00:00Z' }],
    ['that is being undone', { undoing: 'INTERNAL_ERROR' }],
    ['that has ended since the index was read', { status: 'COMPLETE' }],
  ] as const)('leaves one alone %s', async (_, state) => {
    const { done, abandon } = shopWith([order('a', state)]);
    expect(await abandon()).toEqual({ seen: 1, abandoned: 0, failed: 0, isWhole: true });
    expect(done).toEqual([A_WEEK_AGO]);
  });

  it.each([
    ['the caller', '2036-11-22T03:00:00Z', A_WEEK_AGO],
    ['the function', '2026-11-21T03:00:00Z', 'before 2026-11-14T03:00:00.000Z'],
  ])('goes by the earlier clock when that of %s is ahead', async (_, time, before) => {
    const { done, abandon } = shopWith([]);
    await abandon({ time: new Date(time) });
    expect(done).toEqual([before]);
  });

  it('only counts in a dry run', async () => {
    const { done, abandon } = shopWith([order('a'), order('b', { undoing: 'INTERNAL_ERROR' })]);
    expect(await abandon({ dryRun: true })).toEqual({ seen: 2, abandoned: 1, failed: 0, isWhole: true });
    expect(done).toEqual([A_WEEK_AGO]);
  });

  it('ends the waiting of a workflow for an approval', async () => {
    const { done, abandon } = shopWith([order('waiting', { status: 'VALIDATED' })]);
    await abandon();
    expect(done).toEqual([
      A_WEEK_AGO,
      'waiting ABANDONED',
      'token {"error":"OrderClosed","cause":"ABANDONED: the order was cancelled"}',
    ]);
  });

  it('counts no order that moves under it, and goes on after one that fails', async () => {
    const { failures, abandon } = shopWith([order('moved'), order('broken'), order('c')], {
      inventory: {
        cancel: async ({ id }) => {
          if (id === 'moved') throw new OrderMoved(id);
          if (id === 'broken') throw new Error('no luck');
        },
      },
    });
    expect(await abandon()).toEqual({ seen: 3, abandoned: 1, failed: 1, isWhole: true });
    expect(failures).toEqual(['broken']);
  });

  it('says that it is not whole when its time is over', async () => {
    const { abandon } = shopWith([order('a'), order('b')]);
    const left = [6_000, 4_999].values();
    expect(await abandon({ remainingTimeMs: () => left.next().value ?? 0 })).toEqual({
      ...{ seen: 1, abandoned: 1, failed: 0 },
      isWhole: false,
    });
  });

  it('abandons 500 at most', async () => {
    const { abandon } = shopWith(Array.from({ length: 501 }, (_, number) => order(`o${number}`)));
    expect(await abandon()).toEqual({ seen: 500, abandoned: 500, failed: 0, isWhole: false });
  });
});
