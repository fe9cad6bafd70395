import { describe, expect, it } from '@jest/globals';
import type { StoredOrder } from './order.ts';
import { PaymentServiceException } from './order-errors.ts';
import type { Capture, Payments } from './payment.ts';
import { processPayment } from './process-payment.ts';

const reserved = {
  id: 'o1',
  status: 'RESERVED',
  total: { amount: 2_500, currency: 'EUR' },
  paymentToken: 'tok_ok',
} as StoredOrder;
const CAPTURE: Capture = { reference: 'r1', amount: { amount: 2_500, currency: 'EUR' } };

function shopWith(order: StoredOrder, payments: Partial<Payments> = {}) {
  const done: string[] = [];
  const pay = () =>
    processPayment(
      {
        orders: { find: async () => order },
        ledger: {
          begin: async () => void done.push('begin'),
          capture: async (_, { reference }) => void done.push(`capture ${reference}`),
        },
        payments: {
          ready: async () => void done.push('ready'),
          find: async () => {
            done.push('find');
            return undefined;
          },
          charge: async ({ key, token, amount }) => {
            done.push(`charge ${key} ${token} ${amount.amount} ${amount.currency}`);
            return CAPTURE;
          },
          ...payments,
        },
        now: () => new Date('2026-11-22T10:00:00Z'),
      },
      { orderId: 'o1', attempt: 1 },
    );
  return { done, pay };
}

describe('a payment', () => {
  it('is noted before the provider is asked, and written down after', async () => {
    const { done, pay } = shopWith(reserved);
    await pay();
    expect(done).toEqual(['ready', 'begin', 'charge o1:charge tok_ok 2500 EUR', 'capture r1']);
  });

  it('is asked for first when an earlier attempt has begun, and not made again when it was made', async () => {
    const begun = { ...reserved, paymentStartedAt: '2026-11-22T09:59:00.000Z' };
    const unknown = shopWith(begun);
    await unknown.pay();
    expect(unknown.done).toEqual(['find', 'charge o1:charge tok_ok 2500 EUR', 'capture r1']);
    const made = shopWith(begun, { find: async () => CAPTURE });
    await made.pay();
    expect(made.done).toEqual(['capture r1']);
  });

  it('does not begin with a provider that cannot be asked', async () => {
    const { done, pay } = shopWith(reserved, {
      ready: () => Promise.reject(new PaymentServiceException('no key')),
    });
    await expect(pay()).rejects.toMatchObject({ name: 'PaymentServiceException' });
    expect(done).toEqual([]);
  });

  it('is not made for an order that is paid, nor for one that is being undone', async () => {
    const paid = shopWith({ ...reserved, status: 'PAID' });
    await paid.pay();
    expect(paid.done).toEqual([]);
    const closed = shopWith({ ...reserved, undoing: 'TIMED_OUT' });
    await expect(closed.pay()).rejects.toMatchObject({ name: 'OrderClosed', reason: 'TIMED_OUT' });
    expect(closed.done).toEqual([]);
  });
});
