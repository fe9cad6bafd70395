/** In the currency's minor unit (cents for EUR); `currency` is an ISO 4217 code. */
export interface Money {
  readonly amount: bigint;
  readonly currency: string;
}

/** An order is placed, and ends in one of the other two. */
export type OrderStatus = 'PLACED' | 'COMPLETE' | 'FAILED';

export interface RecordedLine {
  readonly itemId: string;
  readonly name?: string | undefined;
  /** Empty for what was sold before lines had one. */
  readonly category: string;
  readonly quantity: number;
  readonly unitPrice?: Money | undefined;
}

/** What the reports know of an order, and nothing of who placed it. Times are ISO 8601 in UTC. */
export interface RecordedOrder {
  readonly id: string;
  readonly status: OrderStatus;
  readonly reason?: string | undefined;
  readonly placedAt: string;
  readonly endedAt?: string | undefined;
  readonly total?: Money | undefined;
  readonly lines: readonly RecordedLine[];
}

/** What an event says of an order. */
export interface OrderNews extends RecordedOrder {
  /** Ties it to the request that placed the order, in logs; it is not kept. */
  readonly correlationId: string;
}

/**
 * The statuses in the order that an order moves through. No order fails and completes; if one were said to, it has been
 * paid for, whichever is heard first.
 */
export const FORWARD: readonly OrderStatus[] = ['PLACED', 'FAILED', 'COMPLETE'];

/** Each order once, as far as it has come, sorted by id: who locks rows in the same order waits and does not die. */
export function furthestOf(orders: readonly RecordedOrder[]): RecordedOrder[] {
  const furthest = new Map<string, RecordedOrder>();
  for (const order of orders) {
    const known = furthest.get(order.id);
    if (!known || FORWARD.indexOf(order.status) > FORWARD.indexOf(known.status)) {
      furthest.set(order.id, order);
    }
  }
  return [...furthest.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
