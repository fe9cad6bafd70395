import { OrderNotFound, type StoredOrder } from './order.ts';
import { hasReached, OrderMoved } from './order-errors.ts';
import type { Ledger, Orders } from './orders.ts';
import { type Charge, chargeKey, type Payments } from './payment.ts';

export interface ProcessPaymentDependencies {
  readonly orders: Pick<Orders, 'find'>;
  readonly ledger: Pick<Ledger, 'begin' | 'capture'>;
  readonly payments: Pick<Payments, 'ready' | 'charge' | 'find'>;
  readonly now: () => Date;
}

/**
 * Charges the order once. What became of an earlier attempt is asked of the provider before it is charged again.
 * @throws PaymentDeclined, PaymentServiceException, OrderClosed, OrderMoved
 */
export async function processPayment(
  { orders, ledger, payments, now }: ProcessPaymentDependencies,
  { orderId, attempt }: { readonly orderId: string; readonly attempt: number },
): Promise<void> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  if (hasReached(order, 'PAID')) return;
  const charge = chargeOf(order);
  const step = () => ({ at: now().toISOString(), attempt });
  // An order whose provider was never asked is undone without it.
  if (!order.paymentStartedAt) await payments.ready();
  if (!order.paymentStartedAt) await ledger.begin(order, step());
  const known = order.paymentStartedAt ? await payments.find(charge) : undefined;
  const capture = known ?? (await payments.charge(charge));
  await ledger.capture(orderId, capture, step());
}

/** @throws OrderMoved when the order has no price yet */
export function chargeOf({ id, total, paymentToken }: StoredOrder): Charge {
  if (!total || !paymentToken) throw new OrderMoved(id);
  return { key: chargeKey(id), orderId: id, amount: total, token: paymentToken };
}
