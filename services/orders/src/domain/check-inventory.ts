import { OrderNotFound } from './order.ts';
import { hasReached } from './order-errors.ts';
import type { Inventory, Orders } from './orders.ts';

export interface CheckInventoryDependencies {
  readonly orders: Pick<Orders, 'find'>;
  readonly inventory: Pick<Inventory, 'reserve'>;
  readonly now: () => Date;
}

/**
 * Reserves the stock of all lines, or of none.
 * @throws OutOfStock, OrderClosed, OrderMoved, Throttled
 */
export async function checkInventory(
  { orders, inventory, now }: CheckInventoryDependencies,
  { orderId, attempt }: { readonly orderId: string; readonly attempt: number },
): Promise<void> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  if (hasReached(order, 'RESERVED')) return;
  await inventory.reserve(order, { at: now().toISOString(), attempt });
}
