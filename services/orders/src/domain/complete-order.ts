import { OrderNotFound } from './order.ts';
import { hasReached, OrderMoved } from './order-errors.ts';
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
  try {
    await inventory.commit(orderId, { at: now().toISOString(), attempt });
  } catch (error) {
    // Nothing is read before the write, whose condition says it all; only a refusal has to be understood.
    if (!(error instanceof OrderMoved) || !(await isSold())) throw error;
  }

  async function isSold(): Promise<boolean> {
    if (await isComplete(orders, orderId)) return true;
    return (await inventory.reservation(orderId))?.state === 'COMMITTED';
  }
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
  try {
    await orders.complete(orderId, { at: now().toISOString(), attempt });
  } catch (error) {
    if (!(error instanceof OrderMoved) || !(await isComplete(orders, orderId))) throw error;
  }
}

/** Whether an earlier attempt has ended the order. @throws OrderClosed when it ends in another way */
async function isComplete(orders: Pick<Orders, 'find'>, orderId: string): Promise<boolean> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  return hasReached(order, 'COMPLETE');
}
