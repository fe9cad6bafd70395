import { describe, expect, it } from '@jest/globals';
import type { StoredOrder } from './order.ts';
import { OrderMoved } from './order-errors.ts';
import { type SweepDependencies, sweepOrders } from './sweep-orders.ts';

const order = (id: string, more: Partial<StoredOrder> = {}) =>
  ({
    ...{ id, customerId: 'bob', status: 'RESERVED', executions: 1, updatedAt: '2026-11-22T09:00:00.000Z' },
    ...more,
  }) as StoredOrder;

/** A shop with unfinished orders, and the executions that there are. */
function shopWith(
  orders: readonly StoredOrder[],
  executions: Readonly<Record<string, 'RUNNING' | 'ENDED'>> = {},
  more: Partial<SweepDependencies> = {},
) {
  const done: string[] = [];
  const dependencies: SweepDependencies = {
    orders: { find: async (id) => orders.find((each) => each.id === id) },
    unfinished: {
      async *placedBefore(time) {
        done.push(`before ${time}`);
        yield orders.map(({ id }) => id);
      },
      restart: async ({ id, executions: before }) => void done.push(`restart ${id} after ${before}`),
    },
    approvals: { find: async () => undefined },
    workflow: {
      answer: async (token) => void done.push(`answer ${token}`),
      start: async (execution, { customerId }) => void done.push(`start ${execution} for ${customerId}`),
      stateOf: async (execution) => executions[execution] ?? 'MISSING',
    },
    lease: { take: async () => true, release: async (owner) => void done.push(`released by ${owner}`) },
    newOwner: () => 'me',
    now: () => new Date('2026-11-22T10:00:00Z'),
    ...more,
  };
  const failures: string[] = [];
  const revived: string[] = [];
  const sweep = (remainingTimeMs = () => 60_000) =>
    sweepOrders(
      dependencies,
      { remainingTimeMs },
      (id) => failures.push(id),
      ({ id, executions: number }) => revived.push(`${id} ${number}`),
    );
  return { done, failures, revived, sweep };
}
const BEFORE = 'before 2026-11-22T09:58:00.000Z';
const RELEASED = 'released by me';

describe('a sweep', () => {
  it('begins the workflow of an order whose start was lost', async () => {
    const { done, revived, sweep } = shopWith([order('a')]);
    expect(await sweep()).toEqual({ seen: 1, started: 1, restarted: 0, failed: 0, isWhole: true });
    expect(revived).toEqual(['a 1']);
    expect(done).toEqual([BEFORE, 'start a for bob', RELEASED]);
  });

  it('gives an order whose execution ended too early the next one', async () => {
    const { done, revived, sweep } = shopWith([order('a'), order('b', { executions: 2 })], {
      a: 'ENDED',
      'b-2': 'ENDED',
    });
    expect(await sweep()).toMatchObject({ restarted: 2 });
    expect(revived).toEqual(['a 2', 'b 3']);
    expect(done).toEqual([
      BEFORE,
      'restart a after 1',
      'start a-2 for bob',
      'restart b after 2',
      'start b-3 for bob',
      RELEASED,
    ]);
  });

  it('leaves orders alone that are worked on, or have ended since the index was read', async () => {
    const { done, sweep } = shopWith([order('a'), order('b', { status: 'COMPLETE' })], {
      a: 'RUNNING',
      b: 'ENDED',
    });
    expect(await sweep()).toEqual({ seen: 2, started: 0, restarted: 0, failed: 0, isWhole: true });
    expect(done).toEqual([BEFORE, RELEASED]);
  });

  it.each([
    ['1', '2026-11-22T09:58:00.001Z', 0],
    ['1', '2026-11-22T09:58:00.000Z', 1],
    ['4', '2026-11-22T09:44:00.001Z', 0],
    ['4', '2026-11-22T09:44:00.000Z', 1],
    ['30', '2026-11-22T04:00:00.001Z', 0],
    ['30', '2026-11-22T04:00:00.000Z', 1],
  ])('after %s executions, the last write at %s, restarts %i', async (executions, updatedAt, restarted) => {
    const stuck = order('a', { executions: Number(executions), updatedAt });
    const { sweep } = shopWith([stuck], { a: 'ENDED', [`a-${executions}`]: 'ENDED' });
    expect(await sweep()).toMatchObject({ restarted });
  });

  it('tells a workflow that waits of a decision that it has not heard of', async () => {
    const { done, sweep } = shopWith(
      [order('a', { status: 'VALIDATED' })],
      { a: 'RUNNING' },
      {
        approvals: { find: async () => ({ taskToken: 't1', decision: 'approve' }) },
      },
    );
    await sweep();
    expect(done).toEqual([BEFORE, 'answer t1', RELEASED]);
  });

  it('starts nothing for an order that another sweep restarts', async () => {
    const { done, sweep } = shopWith(
      [order('a')],
      { a: 'ENDED' },
      {
        unfinished: {
          async *placedBefore() {
            yield ['a'];
          },
          restart: async () => {
            throw new OrderMoved('a');
          },
        },
      },
    );
    expect(await sweep()).toMatchObject({ restarted: 0, failed: 0 });
    expect(done).toEqual([RELEASED]);
  });

  it('goes on behind an order that fails, and tells of it', async () => {
    const stateOf = async (execution: string) => {
      if (execution === 'a') throw new Error('no answer');
      return 'MISSING' as const;
    };
    const { failures, sweep } = shopWith(
      [order('a'), order('b')],
      {},
      {
        workflow: { start: async () => {}, stateOf, answer: async () => {} },
      },
    );
    expect(await sweep()).toMatchObject({ started: 1, failed: 1 });
    expect(failures).toEqual(['a']);
  });

  it('does nothing while another one runs, and stops when its time is short', async () => {
    const second = shopWith(
      [order('a')],
      {},
      { lease: { take: async () => false, release: async () => {} } },
    );
    expect(await second.sweep()).toBeUndefined();
    expect(second.done).toEqual([]);
    const short = shopWith([order('a')]);
    expect(await short.sweep(() => 4_999)).toMatchObject({ seen: 0, isWhole: false });
    expect(short.done).toEqual([BEFORE, RELEASED]);
  });
});
