import { isFinal, OrderNotFound, REASONS, type Reason, type StoredOrder } from './order.ts';
import { OrderAlreadyComplete } from './order-errors.ts';
import type { Inventory, Ledger, Orders } from './orders.ts';
import type { Payments } from './payment.ts';
import { chargeOf } from './process-payment.ts';

interface Attempt {
  readonly orderId: string;
  readonly attempt: number;
}

/** What a state machine hands on of an error. `Cause` is the error as JSON when a function threw it. */
export interface Failure {
  readonly Error: string;
  readonly Cause: string;
}

export interface RefundPaymentDependencies {
  readonly orders: Pick<Orders, 'find' | 'undo'>;
  readonly ledger: Pick<Ledger, 'refund'>;
  readonly payments: Pick<Payments, 'refund'>;
  readonly now: () => Date;
}

/**
 * Begins to undo the order: nothing goes forward any more, and nothing that was charged stays charged.
 * @throws OrderAlreadyComplete, PaymentServiceException, OrderMoved
 */
export async function refundPayment(
  { orders, ledger, payments, now }: RefundPaymentDependencies,
  { orderId, attempt, failure }: Attempt & { readonly failure: Failure },
): Promise<void> {
  const found = await existing(orders, orderId);
  if (found.status === 'COMPLETE') throw new OrderAlreadyComplete(orderId);
  if (isFinal(found)) return;
  const step = () => ({ at: now().toISOString(), attempt });
  const order = found.undoing ? found : await orders.undo(orderId, reasonOf(failure), step());
  if (!order.paymentStartedAt || order.refundedAt) return;
  await ledger.refund(orderId, await payments.refund(chargeOf(order)), step());
}

export interface ReleaseInventoryDependencies {
  readonly orders: Pick<Orders, 'find'>;
  readonly inventory: Pick<Inventory, 'reservation' | 'release'>;
  readonly now: () => Date;
}

/** Gives back what is reserved for an order that is being undone. @throws OrderMoved, Throttled */
export async function releaseInventory(
  { orders, inventory, now }: ReleaseInventoryDependencies,
  { orderId, attempt }: Attempt,
): Promise<void> {
  if (isFinal(await existing(orders, orderId))) return;
  const reservation = await inventory.reservation(orderId);
  if (!reservation || reservation.state === 'RELEASED') return;
  await inventory.release(orderId, reservation, { at: now().toISOString(), attempt });
}

export interface FailOrderDependencies {
  readonly orders: Pick<Orders, 'find' | 'fail'>;
  readonly now: () => Date;
}

/** Ends an order that has been undone. @throws OrderMoved */
export async function failOrder(
  { orders, now }: FailOrderDependencies,
  { orderId, attempt }: Attempt,
): Promise<void> {
  const order = await existing(orders, orderId);
  if (isFinal(order)) return;
  await orders.fail(order, { at: now().toISOString(), attempt });
}

async function existing(orders: Pick<Orders, 'find'>, orderId: string): Promise<StoredOrder> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  return order;
}

/** The reason that leads the message of our own errors; other errors are a time-out or a fault. */
export function reasonOf({ Error: name, Cause }: Failure): Reason {
  const [, word] = /^([A-Z_]+):/.exec(messageIn(Cause)) ?? [];
  const reason = REASONS.find((each) => each === word);
  return reason ?? (name === 'States.Timeout' ? 'TIMED_OUT' : 'INTERNAL_ERROR');
}

function messageIn(cause: string): string {
  try {
    return String((JSON.parse(cause) as { errorMessage?: unknown } | null)?.errorMessage);
  } catch {
    return cause;
  }
}
