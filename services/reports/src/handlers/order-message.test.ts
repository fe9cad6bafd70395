import { describe, expect, it } from '@jest/globals';
import { orderIn } from './order-message.ts';

const metadata = { eventId: 'e1', occurredAt: '2026-11-01T12:00:05.000Z', correlationId: 'c1', version: 1 };
const order = { id: 'o1', customerId: 'alice', placedAt: '2026-11-01T12:00:00.000Z' };
const body = (type: string, data: object, changes = {}) =>
  JSON.stringify({
    version: '0',
    id: 'bus-1',
    source: 'shop.orders',
    'detail-type': type,
    detail: { metadata: { ...metadata, ...changes }, data: { ...order, ...data } },
  });
const price = { amount: 1_299, currency: 'EUR' };

describe('a message of the queue', () => {
  it('tells of an order that was placed, and not by whom', () => {
    expect(orderIn(body('OrderPlaced', { lines: [{ itemId: 'lamp', quantity: 2 }] }))).toEqual({
      id: 'o1',
      correlationId: 'c1',
      status: 'PLACED',
      placedAt: '2026-11-01T12:00:00.000Z',
      lines: [{ itemId: 'lamp', category: '', quantity: 2 }],
    });
  });

  it('tells of an order that is complete', () => {
    const lines = [
      { itemId: 'lamp', quantity: 2, name: 'Lamp', category: 'lighting', unitPrice: price },
      { itemId: 'old', quantity: 1, name: 'Old', unitPrice: price },
    ];
    const data = { lines, total: { amount: 3_897, currency: 'EUR' } };
    expect(orderIn(body('OrderCompleted', data))).toEqual({
      id: 'o1',
      correlationId: 'c1',
      status: 'COMPLETE',
      placedAt: '2026-11-01T12:00:00.000Z',
      endedAt: '2026-11-01T12:00:05.000Z',
      total: { amount: 3_897n, currency: 'EUR' },
      lines: [
        {
          itemId: 'lamp',
          name: 'Lamp',
          category: 'lighting',
          quantity: 2,
          unitPrice: { amount: 1_299n, currency: 'EUR' },
        },
        {
          itemId: 'old',
          name: 'Old',
          category: '',
          quantity: 1,
          unitPrice: { amount: 1_299n, currency: 'EUR' },
        },
      ],
    });
  });

  it('tells why an order failed', () => {
    const data = { lines: [{ itemId: 'lamp', quantity: 2 }], reason: 'OUT_OF_STOCK' };
    expect(orderIn(body('OrderFailed', data))).toMatchObject({ status: 'FAILED', reason: 'OUT_OF_STOCK' });
  });

  it.each([
    ['that is no JSON', 'hello', 'The message is not valid JSON.'],
    ['of another type', body('OrderShipped', { lines: [] }), /^The message is not valid: \/detail-type /],
    [
      'of a later version',
      body('OrderPlaced', { lines: [] }, { version: 2 }),
      /^The event OrderPlaced is not valid/,
    ],
    [
      'without prices',
      body('OrderCompleted', { lines: [{ itemId: 'lamp', quantity: 2 }] }),
      /unitPrice is required/,
    ],
  ])('%s is refused', (_, text, reason) => {
    expect(() => orderIn(text)).toThrow(reason);
  });
});
