import { describe, expect, it } from '@jest/globals';
import { ownedStatus } from './order-row.ts';

const row = {
  orderId: 'o1',
  customerId: 'alice',
  status: 'RESERVED',
  timeline: [
    { at: '2026-11-01T12:00:00.000Z', event: 'PENDING', attempt: 1 },
    { at: '2026-11-01T12:00:01.000Z', event: 'VALIDATED', attempt: 1 },
    { at: '2026-11-01T12:00:02.000Z', event: 'RESERVED', attempt: 1 },
    { at: '2026-11-01T12:00:03.000Z', event: 'PAYMENT_STARTED', attempt: 1 },
  ],
};

describe('the status of an order', () => {
  it('is as far as the entry that brought it, whatever has happened since', () => {
    expect(ownedStatus(row)).toEqual({
      customerId: 'alice',
      current: {
        orderId: 'o1',
        status: 'RESERVED',
        sequence: 3,
        occurredAt: '2026-11-01T12:00:02.000Z',
      },
    });
  });

  it('has a reason when the order has one', () => {
    expect(ownedStatus({ ...row, status: 'PENDING', reason: 'OUT_OF_STOCK' }).current).toMatchObject({
      reason: 'OUT_OF_STOCK',
    });
  });

  it('is not made up for a row that does not have it in its timeline', () => {
    expect(() => ownedStatus({ ...row, status: 'PAID' })).toThrow(
      'The timeline of the order o1 does not have its status.',
    );
  });
});
