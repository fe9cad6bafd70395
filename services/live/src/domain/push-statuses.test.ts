import { describe, expect, it } from '@jest/globals';
import type { OrderStatus } from './order-status.ts';
import { pushStatuses } from './push-statuses.ts';

type Change = OrderStatus | { readonly orderId: string; readonly status?: undefined };

const at = '2026-11-01T12:00:00.000Z';
const status = (orderId: string, name: string, sequence: number): OrderStatus => ({
  orderId,
  status: name,
  sequence,
  occurredAt: at,
});
const paid = status('o1', 'PAID', 5);
const complete = status('o1', 'COMPLETE', 8);

/** Connections by their orders; some are gone, and some fail. */
function fakes(
  subscribed: Readonly<Record<string, readonly string[]>>,
  { gone = [], failing = [] }: { gone?: readonly string[]; failing?: readonly string[] } = {},
) {
  const pushed: string[] = [];
  const removed: string[] = [];
  const forgotten: string[] = [];
  const failures: unknown[] = [];
  return {
    ...{ pushed, removed, forgotten, failures },
    dependencies: {
      now: () => new Date(at),
      statusOf: (change: Change) => (change.status ? change : undefined),
      onFailed: (_: Change, cause: unknown) => void failures.push(cause),
      subscriptions: {
        of: async (orderId: string) =>
          (subscribed[orderId] ?? []).map((connectionId) => ({
            orderId,
            connectionId,
            until: new Date('2026-11-01T13:00:00.000Z'),
          })),
        remove: async ({ orderId, connectionId }: { orderId: string; connectionId: string }) =>
          void removed.push(`${connectionId} ${orderId}`),
        forget: async (connectionId: string) => void forgotten.push(connectionId),
      },
      connections: {
        push: async (connectionId: string, { orderId, status: name }: OrderStatus) => {
          if (failing.includes(connectionId)) throw new Error(`${connectionId} fails`);
          pushed.push(`${connectionId} ${orderId} ${name}`);
          return !gone.includes(connectionId);
        },
      },
    },
  };
}

describe('new statuses', () => {
  it('are told to every subscriber of their order, in their order, and to nobody else', async () => {
    const { pushed, dependencies } = fakes({ o1: ['c1', 'c2'], o2: ['c3'] });
    const changes = [paid, status('o2', 'FAILED', 3), complete, status('o3', 'PAID', 5)];
    expect(await pushStatuses(dependencies, changes)).toBeUndefined();
    expect(pushed.filter((line) => line.startsWith('c1'))).toEqual(['c1 o1 PAID', 'c1 o1 COMPLETE']);
    expect(pushed.toSorted()).toEqual([
      'c1 o1 COMPLETE',
      'c1 o1 PAID',
      'c2 o1 COMPLETE',
      'c2 o1 PAID',
      'c3 o2 FAILED',
    ]);
  });

  it('are not told of changes that bring none', async () => {
    const { pushed, dependencies } = fakes({ o1: ['c1'] });
    expect(await pushStatuses(dependencies, [{ orderId: 'o1' }])).toBeUndefined();
    expect(pushed).toEqual([]);
  });

  it('end a subscription when no other comes after them', async () => {
    const { removed, dependencies } = fakes({ o1: ['c1'] });
    await pushStatuses(dependencies, [paid]);
    expect(removed).toEqual([]);
    await pushStatuses(dependencies, [complete]);
    expect(removed).toEqual(['c1 o1']);
  });

  it('have a connection forgotten that is gone, and others told', async () => {
    const { forgotten, removed, pushed, dependencies } = fakes({ o1: ['c1', 'c2'] }, { gone: ['c1'] });
    expect(await pushStatuses(dependencies, [paid])).toBeUndefined();
    expect(forgotten).toEqual(['c1']);
    expect(removed).toEqual(['c1 o1']);
    expect(pushed).toContain('c2 o1 PAID');
  });

  it('come again from the first that somebody could not be told of; of that order nothing overtakes it', async () => {
    const { failures, pushed, dependencies } = fakes({ o1: ['c1', 'c2'], o2: ['c3'] }, { failing: ['c1'] });
    const ofOther = status('o2', 'PAID', 5);
    expect(await pushStatuses(dependencies, [ofOther, paid, complete])).toBe(paid);
    expect(pushed.toSorted()).toEqual(['c2 o1 PAID', 'c3 o2 PAID']);
    expect(failures).toEqual([new Error('c1 fails')]);
  });
});
