import type { CancelReason, Money, OrderLine, Reason, RequestedLine, StoredOrder } from './order.ts';
import type { Capture, Refund } from './payment.ts';

/** When a step is made, and in which attempt of its task, from 1. */
export interface Step {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly attempt: number;
}

/** A new order, and what its request is known again by. */
export interface Placement {
  readonly order: StoredOrder;
  /** Names the caller and the key of the request. */
  readonly request: string;
  /** Tells requests with the same name and another content apart. */
  readonly content: string;
}

/** One page of a customer's orders, and where the next begins; no position means that this is the last page. */
export interface OrderPage {
  readonly orders: readonly OrderSummary[];
  readonly nextPosition?: string;
}
export type OrderSummary = Pick<StoredOrder, 'id' | 'status' | 'reason' | 'total' | 'placedAt'>;

/** A reservation of stock for an order: taken from the items, sold to the customer, or given back. */
export interface StockReservation {
  readonly state: 'RESERVED' | 'COMMITTED' | 'RELEASED';
  readonly lines: readonly RequestedLine[];
}

/**
 * Where orders are kept. Each method that changes something is one write, done as a whole or not at all, and adds to
 * the order's timeline. Those that go forward throw OrderMoved unless the order is in the status before theirs and
 * not being undone.
 */
export interface Orders {
  /**
   * Keeps the order once per request: a request that was made before gets the order that was placed then.
   * @throws IdempotencyKeyReused
   */
  place(placement: Placement): Promise<StoredOrder>;
  find(orderId: string): Promise<StoredOrder | undefined>;
  /** The newest first. */
  page(query: { customerId: string; limit: number; position?: string | undefined }): Promise<OrderPage>;
  /** PENDING → VALIDATED. */
  validate(orderId: string, priced: { lines: readonly OrderLine[]; total: Money }, step: Step): Promise<void>;
  /** PENDING → FAILED: what was never begun needs no undoing. */
  reject(orderId: string, reason: Reason, step: Step): Promise<void>;
  /** PAID → COMPLETE, when the stock is committed and the confirmation sent. */
  complete(orderId: string, step: Step): Promise<void>;
  /** From now on the order goes back and not forward; answers it as it is then. @throws OrderMoved when it is final */
  undo(orderId: string, reason: Reason, step: Step): Promise<StoredOrder>;
  /** → FAILED, when nothing is charged and nothing reserved. @throws OrderMoved otherwise */
  fail(order: StoredOrder, step: Step): Promise<void>;
}

/** Stock that orders hold. */
export interface Inventory {
  reservation(orderId: string): Promise<StockReservation | undefined>;
  /**
   * VALIDATED → RESERVED: takes the stock of all lines, or of none.
   * @throws OutOfStock, OrderMoved, Throttled
   */
  reserve(order: StoredOrder, step: Step): Promise<void>;
  /**
   * Any status up to RESERVED → CANCELLED, and what is reserved goes back. `order` is as it was read just before.
   * @throws OrderMoved when it is not so any more, or when the payment has begun
   */
  cancel(order: StoredOrder, reason: CancelReason, step: Step): Promise<void>;
  /** What is reserved for a paid order is sold. @throws OrderMoved */
  commit(orderId: string, step: Step): Promise<void>;
  /** What is reserved, or sold, of an order that is being undone goes back. @throws OrderMoved, Throttled */
  release(orderId: string, reservation: StockReservation, step: Step): Promise<void>;
}

/** What was charged for orders, and what was given back. */
export interface Ledger {
  /** Notes that the provider is about to be asked; from then on the order cannot be cancelled. @throws OrderMoved */
  begin(order: StoredOrder, step: Step): Promise<void>;
  /** RESERVED → PAID. @throws OrderMoved */
  capture(orderId: string, capture: Capture, step: Step): Promise<void>;
  /** The charge of an order that is being undone is no more. @throws OrderMoved */
  refund(orderId: string, refund: Refund, step: Step): Promise<void>;
}
