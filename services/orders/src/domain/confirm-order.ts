import { OrderNotFound, type StoredOrder } from './order.ts';
import { ConfirmationPending, hasReached } from './order-errors.ts';
import type { Orders, Step } from './orders.ts';

/** The record of an order's one confirmation. A claim gives one attempt the right to send it for a while. */
export interface Confirmation {
  readonly state: 'SENDING' | 'SENT';
  readonly claim: string;
  /** In milliseconds since the epoch: after this the one who claimed it sends it no more. */
  readonly lapsesAt: number;
}

export interface Confirmations {
  find(orderId: string): Promise<Confirmation | undefined>;
  /** Whether it is known to be sent, which it stays; a moment later more may be known. */
  isSent(orderId: string): Promise<boolean>;
  /** Takes the place of `previous`, or of none. @throws OrderMoved when there is another, or the order is not PAID */
  claim(orderId: string, claim: Confirmation, previous: Confirmation | undefined): Promise<void>;
  /** The confirmation was sent, whoever says it first. */
  sent(orderId: string, step: Step): Promise<void>;
  /** Gives the claim up: it is certain that nothing was sent. */
  drop(orderId: string, claim: Confirmation): Promise<void>;
}

export interface Notifications {
  /**
   * Tells the customer that the order is on its way.
   * @throws NotSent when it certainly was not sent; other errors leave it open
   */
  confirm(order: StoredOrder, deadline: { readonly timeoutMs: number }): Promise<void>;
}

/** The message was refused: nobody has got it. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

export interface SendConfirmationDependencies {
  readonly orders: Pick<Orders, 'find'>;
  readonly confirmations: Omit<Confirmations, 'isSent'>;
  readonly notifications: Notifications;
  readonly newClaim: () => string;
  readonly now: () => Date;
}

/** How long one attempt may take to send, and how long its receipt may take to come back. */
const SENDING_MS = 5_000;
const RECEIPT_MS = 10_000;

/**
 * Sends the confirmation once. A topic does not recognise a message that it has got already: when an attempt does not
 * know whether its message went out, the next ones wait for the topic's own receipt of it.
 * @throws ConfirmationPending, OrderClosed, OrderMoved
 */
export async function sendConfirmation(
  { orders, confirmations, notifications, newClaim, now }: SendConfirmationDependencies,
  { orderId, attempt }: { readonly orderId: string; readonly attempt: number },
): Promise<void> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  if (hasReached(order, 'COMPLETE')) return;
  const previous = await confirmations.find(orderId);
  if (previous?.state === 'SENT') return;
  const time = now().getTime();
  if (previous && time < previous.lapsesAt + RECEIPT_MS) throw new ConfirmationPending(orderId);

  const claim: Confirmation = { state: 'SENDING', claim: newClaim(), lapsesAt: time + SENDING_MS };
  await confirmations.claim(orderId, claim, previous);
  const timeoutMs = claim.lapsesAt - now().getTime();
  if (timeoutMs <= 0) throw new ConfirmationPending(orderId);
  try {
    await notifications.confirm(order, { timeoutMs });
  } catch (error) {
    if (error instanceof NotSent) await confirmations.drop(orderId, claim);
    throw new ConfirmationPending(orderId, { cause: error });
  }
  await confirmations.sent(orderId, { at: now().toISOString(), attempt });
}

export interface RecordConfirmationDependencies {
  readonly confirmations: Pick<Confirmations, 'isSent' | 'sent'>;
  readonly now: () => Date;
}

/**
 * The topic has delivered the confirmation: its receipt. Who sent it has nearly always noted that by then, and to read
 * so costs a fraction of a transaction that is refused.
 */
export async function recordConfirmation(
  { confirmations, now }: RecordConfirmationDependencies,
  { orderId }: { readonly orderId: string },
): Promise<void> {
  if (await confirmations.isSent(orderId)) return;
  await confirmations.sent(orderId, { at: now().toISOString(), attempt: 1 });
}
