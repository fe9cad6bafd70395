import { describe, expect, it } from '@jest/globals';
import { itemEventOf, orderEventOf } from './shop-event.ts';

const change = { id: 'change-1', at: '2026-11-22T10:05:01.000Z' };
const mug = { id: 'mug', sku: 'MUG-1', version: 3, stock: 7, updatedAt: '2026-11-22T10:00:00.000Z' };
const order = {
  orderId: 'order-1',
  record: 'order',
  status: 'PENDING',
  updatedAt: '2026-11-22T10:04:00.000Z',
};

describe('a change of an item', () => {
  it.each([
    ['a new item', { after: mug }, 'ItemCreated'],
    ['an edit', { before: mug, after: { ...mug, version: 4 } }, 'ItemUpdated'],
    [
      'an edit that moves its stock too',
      { before: mug, after: { ...mug, version: 4, stock: 1 } },
      'ItemUpdated',
    ],
    ['a movement of its stock', { before: mug, after: { ...mug, stock: 6 } }, undefined],
    ['a note of its last write', { before: mug, after: { ...mug, lastWrite: 'write-2' } }, undefined],
    ['its end', { before: mug }, 'ItemDeleted'],
    ['nothing', {}, undefined],
  ])('that is %s', (_, rows, type) => {
    expect(itemEventOf({ ...change, ...rows })?.type).toBe(type);
  });

  it('is told as the item is then, at the time that it says', () => {
    expect(itemEventOf({ ...change, before: { ...mug, version: 2 }, after: mug })).toEqual({
      type: 'ItemUpdated',
      eventId: 'change-1',
      occurredAt: '2026-11-22T10:00:00.000Z',
      correlationId: 'change-1',
      data: mug,
    });
  });

  it('that is its end has the time of the change, and the item as it was', () => {
    expect(itemEventOf({ ...change, before: mug })).toMatchObject({
      occurredAt: '2026-11-22T10:05:01.000Z',
      data: mug,
    });
  });
});

describe('a change of an order', () => {
  const as = (status: string) => ({ ...order, status });

  it.each([
    ['its placement', undefined, 'PENDING', 'OrderPlaced'],
    ['its validation', 'PENDING', 'VALIDATED', undefined],
    ['its reservation', 'VALIDATED', 'RESERVED', undefined],
    ['its payment', 'RESERVED', 'PAID', undefined],
    ['its completion', 'PAID', 'COMPLETE', 'OrderCompleted'],
    ['its failure', 'RESERVED', 'FAILED', 'OrderFailed'],
    ['its cancellation', 'VALIDATED', 'CANCELLED', 'OrderFailed'],
    ['a later note on a complete order', 'COMPLETE', 'COMPLETE', undefined],
    ['a later note on a failed order', 'FAILED', 'FAILED', undefined],
  ])('that is %s', (_, before, after, type) => {
    const rows = { ...(before && { before: as(before) }), after: as(after) };
    expect(orderEventOf({ ...change, ...rows })?.type).toBe(type);
  });

  it('means nothing when the order is gone', () => {
    expect(orderEventOf({ ...change, before: as('COMPLETE') })).toBeUndefined();
  });

  it.each(['reservation', 'charge', 'confirmation', 'request'])(
    'means nothing when it is of its %s',
    (record) => {
      expect(orderEventOf({ ...change, after: { ...order, record } })).toBeUndefined();
      const before = { ...order, record };
      expect(orderEventOf({ ...change, before, after: { ...before, status: 'COMPLETE' } })).toBeUndefined();
    },
  );

  it('has the correlation id that the order keeps', () => {
    expect(orderEventOf({ ...change, after: { ...order, correlationId: 'request-9' } })).toMatchObject({
      eventId: 'change-1',
      correlationId: 'request-9',
      occurredAt: '2026-11-22T10:04:00.000Z',
      data: { id: 'order-1' },
    });
  });
});
