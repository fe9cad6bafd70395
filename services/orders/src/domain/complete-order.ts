import { OrderNotFound } from './order.ts';
import { hasReached } from './order-errors.ts';
import type { Inventory, Orders } from './orders.ts';

interface Attempt {
  readonly orderId: string;
  readonly attempt: number;
}

export interface UpdateInventoryDependencies {
  readonly orders: Pick<Orders, 'find'>;
  readonly inventory: Pick<Inventory, 'reservation' | 'commit'>;
  readonly now: () => Date;
}

/** What is reserved for a paid order is sold. @throws OrderClosed, OrderMoved */
export async function updateInventory(
  { orders, inventory, now }: UpdateInventoryDependencies,
  { orderId, attempt }: Attempt,
): Promise<void> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  if (hasReached(order, 'COMPLETE')) return;
  const reservation = await inventory.reservation(orderId);
  if (reservation?.state === 'COMMITTED') return;
  await inventory.commit(orderId, { at: now().toISOString(), attempt });
}

export interface CompleteOrderDependencies {
  readonly orders: Pick<Orders, 'find' | 'complete'>;
  readonly now: () => Date;
}

/** Ends an order that is paid, committed and confirmed. @throws OrderClosed, OrderMoved */
export async function completeOrder(
  { orders, now }: CompleteOrderDependencies,
  { orderId, attempt }: Attempt,
): Promise<void> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  if (hasReached(order, 'COMPLETE')) return;
  await orders.complete(orderId, { at: now().toISOString(), attempt });
}
