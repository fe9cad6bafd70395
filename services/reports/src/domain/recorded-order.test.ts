import { describe, expect, it } from '@jest/globals';
import { furthestOf, type OrderStatus, type RecordedOrder } from './recorded-order.ts';

const order = (id: string, status: OrderStatus): RecordedOrder => ({ id, status, placedAt: '', lines: [] });
const outline = (orders: readonly RecordedOrder[]) => orders.map(({ id, status }) => `${id} ${status}`);

describe('the furthest of orders', () => {
  it('is each order once, sorted by id', () => {
    const given = [order('b', 'PLACED'), order('a', 'COMPLETE'), order('b', 'FAILED'), order('a', 'PLACED')];
    expect(outline(furthestOf(given))).toEqual(['a COMPLETE', 'b FAILED']);
    expect(outline(furthestOf(given.toReversed()))).toEqual(['a COMPLETE', 'b FAILED']);
  });

  it('is complete when it is said to have failed too, in either order', () => {
    const given = [order('a', 'FAILED'), order('a', 'COMPLETE')];
    expect(outline(furthestOf(given))).toEqual(['a COMPLETE']);
    expect(outline(furthestOf(given.toReversed()))).toEqual(['a COMPLETE']);
  });
});
