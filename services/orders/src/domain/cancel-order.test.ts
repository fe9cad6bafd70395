import { describe, expect, it } from '@jest/globals';
import { cancelOrder } from './cancel-order.ts';
import type { StoredOrder } from './order.ts';
import { OrderMoved } from './order-errors.ts';

/** A shop whose order is found in one state after the other. */
function shopWith(...states: readonly Partial<StoredOrder>[]) {
  const done: string[] = [];
  const found = states.values();
  const cancel = (customerId = 'bob') =>
    cancelOrder(
      {
        orders: {
          find: async () => ({ id: 'o1', customerId: 'bob', ...found.next().value }) as StoredOrder,
        },
        inventory: {
          cancel: async ({ status }) => {
            done.push(`cancel ${status}`);
            if (status === 'VALIDATED') throw new OrderMoved('o1');
          },
        },
        approvals: { find: async () => undefined },
        workflow: { answer: async () => {} },
        now: () => new Date('2026-11-22T10:00:00Z'),
      },
      { orderId: 'o1', customerId },
    );
  return { done, cancel };
}

describe('cancelling an order', () => {
  it('cancels it as it was read, and answers it as it is then', async () => {
    const { done, cancel } = shopWith({ status: 'RESERVED' }, { status: 'CANCELLED' });
    expect(await cancel()).toMatchObject({ status: 'CANCELLED' });
    expect(done).toEqual(['cancel RESERVED']);
  });

  it('reads it again when it moved meanwhile', async () => {
    const { done, cancel } = shopWith(
      { status: 'VALIDATED' },
      { status: 'RESERVED' },
      { status: 'CANCELLED' },
    );
    await cancel();
    expect(done).toEqual(['cancel VALIDATED', 'cancel RESERVED']);
  });

  it.each([
    ['whose payment has begun', { status: 'RESERVED', paymentStartedAt: '2026-11-22T09:59:00.000Z' }],
    ['that is being undone', { status: 'RESERVED', undoing: 'TIMED_OUT' }],
    ['that is complete', { status: 'COMPLETE' }],
    ['that failed', { status: 'FAILED' }],
  ] as const)('is refused for one %s', async (_, state) => {
    const { done, cancel } = shopWith(state);
    await expect(cancel()).rejects.toMatchObject({ name: 'OrderNotCancellable', code: 'CONFLICT' });
    expect(done).toEqual([]);
  });

  it("does not find another customer's order", async () => {
    const { done, cancel } = shopWith({ status: 'PENDING' });
    await expect(cancel('eve')).rejects.toMatchObject({ name: 'OrderNotFound' });
    expect(done).toEqual([]);
  });
});
