import { describe, expect, it } from '@jest/globals';
import { Conflict, NotFound } from '../../../../shared/errors.ts';
import type { OrderStatus } from './order-status.ts';
import { subscribe } from './subscribe.ts';
import type { Subscription } from './subscriptions.ts';

const now = new Date('2026-11-01T12:00:00.000Z');
const until = new Date('2026-11-01T13:00:00.000Z');
const connection = { id: 'c1', customerId: 'alice', until };

const paid: OrderStatus = {
  orderId: 'o1',
  status: 'PAID',
  sequence: 5,
  occurredAt: '2026-11-01T11:59:59.000Z',
};
const complete: OrderStatus = { ...paid, status: 'COMPLETE', sequence: 8 };

/** The statuses that the order has from one look to the next, and a connection with room or without. */
function fakes(looks: readonly OrderStatus[], hasRoom = true) {
  const left = [...looks];
  const added: [Subscription, number][] = [];
  return {
    added,
    dependencies: {
      now: () => now,
      orders: {
        find: async () => {
          const current = left.length > 1 ? left.shift() : left[0];
          return current && { customerId: 'alice', current };
        },
      },
      subscriptions: {
        add: async (subscription: Subscription, max: number) => {
          added.push([subscription, max]);
          return hasRoom;
        },
      },
    },
  };
}

describe('a subscription', () => {
  it('is made for the connection until that ends, and answers the status', async () => {
    const { added, dependencies } = fakes([paid]);
    expect(await subscribe(dependencies, connection, 'o1')).toEqual(paid);
    expect(added).toEqual([[{ orderId: 'o1', connectionId: 'c1', until }, 20]]);
  });

  it('answers what has changed while it was made', async () => {
    const { dependencies } = fakes([paid, complete]);
    expect(await subscribe(dependencies, connection, 'o1')).toEqual(complete);
  });

  it('is not made for an order that has ended, whose status is answered', async () => {
    const { added, dependencies } = fakes([complete]);
    expect(await subscribe(dependencies, connection, 'o1')).toEqual(complete);
    expect(added).toEqual([]);
  });

  it.each([
    ['an order that is not there', [], 'alice'],
    ['an order of another customer', [paid], 'mallory'],
  ])('is refused in the same words for %s', async (_, looks, customerId) => {
    const { added, dependencies } = fakes(looks);
    const refusal = subscribe(dependencies, { ...connection, customerId }, 'o1');
    await expect(refusal).rejects.toBeInstanceOf(NotFound);
    await expect(refusal).rejects.toThrow('There is no order o1.');
    expect(added).toEqual([]);
  });

  it('is refused to a connection that has too many', async () => {
    const { dependencies } = fakes([paid], false);
    await expect(subscribe(dependencies, connection, 'o1')).rejects.toBeInstanceOf(Conflict);
  });

  it('is refused to a connection whose token has ended', async () => {
    const { added, dependencies } = fakes([paid]);
    await expect(subscribe(dependencies, { ...connection, until: now }, 'o1')).rejects.toBeInstanceOf(
      Conflict,
    );
    expect(added).toEqual([]);
  });
});
