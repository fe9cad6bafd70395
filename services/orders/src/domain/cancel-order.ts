import { type Approvals, answerCancelled } from './approve-order.ts';
import { isFinal, OrderNotCancellable, OrderNotFound, type StoredOrder } from './order.ts';
import { OrderMoved } from './order-errors.ts';
import type { Inventory, Orders } from './orders.ts';
import type { Workflow } from './workflow.ts';

export interface CancelOrderDependencies {
  readonly orders: Pick<Orders, 'find'>;
  readonly inventory: Pick<Inventory, 'cancel'>;
  readonly approvals: Pick<Approvals, 'find'>;
  readonly workflow: Pick<Workflow, 'answer'>;
  readonly now: () => Date;
}

/** How often the order may move under a cancellation: once for each status that it can still have. */
const ATTEMPTS = 4;

/**
 * Cancels the customer's order until its payment begins. To cancel a cancelled order again is no error.
 * @throws OrderNotFound, also for another customer's order; OrderNotCancellable
 */
export async function cancelOrder(
  { orders, inventory, approvals, workflow, now }: CancelOrderDependencies,
  { orderId, customerId }: { readonly orderId: string; readonly customerId: string },
): Promise<StoredOrder> {
  for (let attempt = 1; ; attempt += 1) {
    const order = await orders.find(orderId);
    if (order?.customerId !== customerId) throw new OrderNotFound(orderId);
    if (order.status === 'CANCELLED') {
      await answerCancelled({ approvals, workflow }, orderId, 'CANCELLED_BY_CUSTOMER');
      return order;
    }
    if (isFinal(order) || order.undoing || order.paymentStartedAt) throw new OrderNotCancellable(orderId);
    try {
      await inventory.cancel(order, 'CANCELLED_BY_CUSTOMER', { at: now().toISOString(), attempt });
    } catch (error) {
      if (!(error instanceof OrderMoved) || attempt === ATTEMPTS) throw error;
    }
  }
}
