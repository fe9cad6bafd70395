import { describe, expect, it } from '@jest/globals';
import { completeOrder, updateInventory } from './complete-order.ts';
import type { StoredOrder } from './order.ts';
import { OrderMoved } from './order-errors.ts';
import type { StockReservation } from './orders.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const task = { orderId: 'o1', attempt: 2 };

/** An order, what is reserved for it, and what is asked of the tables; `refused` says that writes are. */
function shopWith(
  order: Partial<StoredOrder> | undefined,
  { refused = true, reserved = 'RESERVED' }: { refused?: boolean; reserved?: StockReservation['state'] } = {},
) {
  const asked: string[] = [];
  const write = async (name: string) => {
    asked.push(name);
    if (refused) throw new OrderMoved('o1');
  };
  const orders = {
    async find() {
      asked.push('order');
      return order && ({ id: 'o1', ...order } as StoredOrder);
    },
    complete: () => write('complete'),
  };
  const inventory = {
    async reservation() {
      asked.push('reservation');
      return { state: reserved, lines: [] };
    },
    commit: () => write('commit'),
  };
  const dependencies = { orders, inventory, now: () => NOW };
  return {
    asked,
    sell: () => updateInventory(dependencies, task),
    complete: () => completeOrder(dependencies, task),
  };
}

describe('selling what is reserved', () => {
  it('reads nothing when the write is done', async () => {
    const { asked, sell } = shopWith({ status: 'PAID' }, { refused: false });
    await sell();
    expect(asked).toEqual(['commit']);
  });

  it('is done when an earlier attempt has sold it', async () => {
    const { asked, sell } = shopWith({ status: 'PAID' }, { reserved: 'COMMITTED' });
    await sell();
    expect(asked).toEqual(['commit', 'order', 'reservation']);
  });

  it('is done when the order is complete', async () => {
    const { asked, sell } = shopWith({ status: 'COMPLETE' });
    await sell();
    expect(asked).toEqual(['commit', 'order']);
  });

  it('is tried again when the order is not paid', async () => {
    await expect(shopWith({ status: 'RESERVED' }).sell()).rejects.toMatchObject({ name: 'OrderMoved' });
  });

  it('ends when the order is being undone', async () => {
    const { sell } = shopWith({ status: 'PAID', undoing: 'TIMED_OUT' }, { reserved: 'COMMITTED' });
    await expect(sell()).rejects.toMatchObject({ name: 'OrderClosed' });
  });

  it('ends when there is no such order', async () => {
    await expect(shopWith(undefined).sell()).rejects.toMatchObject({ name: 'OrderNotFound' });
  });
});

describe('completing an order', () => {
  it('reads nothing when the write is done', async () => {
    const { asked, complete } = shopWith({ status: 'PAID' }, { refused: false });
    await complete();
    expect(asked).toEqual(['complete']);
  });

  it('is done when an earlier attempt has completed it', async () => {
    const { asked, complete } = shopWith({ status: 'COMPLETE' });
    await complete();
    expect(asked).toEqual(['complete', 'order']);
  });

  it('is tried again when something is missing', async () => {
    await expect(shopWith({ status: 'PAID' }).complete()).rejects.toMatchObject({ name: 'OrderMoved' });
  });

  it('ends when the order has failed', async () => {
    await expect(shopWith({ status: 'FAILED' }).complete()).rejects.toMatchObject({ name: 'OrderClosed' });
  });
});
