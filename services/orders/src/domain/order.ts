import { Conflict, NotFound } from '../../../../shared/errors.ts';

/** An amount of money in the currency's minor unit (cents for EUR); `currency` is an ISO 4217 code. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** An order moves through the first five, or ends in one of the last two. */
export const STATUSES = [
  'PENDING',
  'VALIDATED',
  'RESERVED',
  'PAID',
  'COMPLETE',
  'FAILED',
  'CANCELLED',
] as const;
export type OrderStatus = (typeof STATUSES)[number];

export const FINAL_STATUSES: readonly OrderStatus[] = ['COMPLETE', 'FAILED', 'CANCELLED'];

/** Why an order failed or was cancelled. */
export const REASONS = [
  'ITEM_NOT_FOUND',
  'MIXED_CURRENCIES',
  'TOTAL_TOO_SMALL',
  'TOTAL_TOO_LARGE',
  'OUT_OF_STOCK',
  'APPROVAL_DECLINED',
  'APPROVAL_EXPIRED',
  'PAYMENT_DECLINED',
  'PAYMENT_UNAVAILABLE',
  'CONFIRMATION_FAILED',
  'CANCELLED_BY_CUSTOMER',
  'ABANDONED',
  'TIMED_OUT',
  'INTERNAL_ERROR',
] as const;
export type Reason = (typeof REASONS)[number];
export type CancelReason = Extract<Reason, 'CANCELLED_BY_CUSTOMER' | 'ABANDONED'>;

/** What has happened to an order: the statuses that it had, and more. */
export const EVENTS = [
  ...STATUSES,
  'APPROVAL_REQUESTED',
  'APPROVED',
  'DECLINED',
  'PAYMENT_STARTED',
  'CONFIRMED',
  'STOCK_COMMITTED',
  'COMPENSATING',
  'REFUNDED',
  'PAYMENT_VOIDED',
  'RELEASED',
  'RESTARTED',
] as const;
export type OrderEvent = (typeof EVENTS)[number];

/** One step in the story of an order: when, in which attempt (from 1) of its task, and why when it went wrong. */
export interface TimelineEntry {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly event: OrderEvent;
  readonly attempt: number;
  readonly reason?: Reason;
}

/** What a customer asks for. */
export interface RequestedLine {
  readonly itemId: string;
  readonly quantity: number;
}

/** A line with the name, the category and the price that the catalogue had when the order was validated. */
export interface OrderLine extends RequestedLine {
  readonly name?: string;
  readonly category?: string;
  readonly unitPrice?: Money;
}

/** An order as its customer sees it. `total` is known once it is validated, `reason` once it failed. */
export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly reason?: Reason;
  readonly lines: readonly OrderLine[];
  readonly total?: Money;
  readonly timeline: readonly TimelineEntry[];
  readonly placedAt: string;
  readonly updatedAt: string;
}

/** What is kept of an order beside what its customer sees. */
export interface StoredOrder extends Order {
  /** Ties together what the request that placed it has caused, in logs and events. */
  readonly correlationId: string;
  /** What the payment provider is asked to charge; forgotten when the order is final. */
  readonly paymentToken?: string;
  /** Why the order is being undone; nothing goes forward any more once this is set. */
  readonly undoing?: Reason;
  /** When the provider was first about to be asked; from then on the order cannot be cancelled. */
  readonly paymentStartedAt?: string;
  /** When the charge was given back or made impossible. */
  readonly refundedAt?: string;
  /** How many executions of the workflow were begun for it; they are named after this number. */
  readonly executions: number;
}

export const isFinal = ({ status }: Pick<Order, 'status'>): boolean => FINAL_STATUSES.includes(status);

/** Lines of one order; a DynamoDB transaction has room for 100 writes. */
export const MAX_LINES = 50;
export const MAX_QUANTITY = 1_000;
/** In minor units: what payment providers take at most. */
export const MAX_TOTAL = 99_999_999;

/** Of another customer's order nothing is said but this. */
export class OrderNotFound extends NotFound {
  constructor(id: string) {
    super(`There is no order ${id}.`);
  }
}

export class OrderNotCancellable extends Conflict {
  constructor(id: string) {
    super(`Order ${id} cannot be cancelled any more.`);
  }
}
