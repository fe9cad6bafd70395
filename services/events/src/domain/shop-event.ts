import type { Change, Row } from './change.ts';

/** What happened in the shop, for whoever it concerns. `data` holds at least what the contract of the type names. */
export interface ShopEvent {
  readonly type:
    | 'ItemCreated'
    | 'ItemUpdated'
    | 'ItemDeleted'
    | 'OrderPlaced'
    | 'OrderCompleted'
    | 'OrderFailed';
  readonly eventId: string;
  /** ISO 8601 in UTC. */
  readonly occurredAt: string;
  readonly correlationId: string;
  readonly data: Row;
}

/** What a change of an item means to others; a movement of its stock is no edit and means nothing. */
export function itemEventOf(change: Change): ShopEvent | undefined {
  const { before, after } = change;
  if (before && after) {
    return before.version === after.version ? undefined : eventOf('ItemUpdated', change, after);
  }
  if (after) return eventOf('ItemCreated', change, after);
  // The row does not know when it went.
  return before && { ...eventOf('ItemDeleted', change, before), occurredAt: change.at };
}

/** What a change of an order means to others: that it was placed, or how it ended. Other rows mean nothing. */
export function orderEventOf(change: Change): ShopEvent | undefined {
  const { before, after } = change;
  if (after?.record !== 'order') return undefined;
  const data = { ...after, id: after.orderId };
  if (!before) return eventOf('OrderPlaced', change, data);
  if (before.status === after.status) return undefined;
  if (after.status === 'COMPLETE') return eventOf('OrderCompleted', change, data);
  return after.status === 'FAILED' || after.status === 'CANCELLED'
    ? eventOf('OrderFailed', change, data)
    : undefined;
}

function eventOf(type: ShopEvent['type'], { id, at }: Change, data: Row): ShopEvent {
  const { updatedAt, correlationId } = data;
  return {
    type,
    eventId: id,
    occurredAt: typeof updatedAt === 'string' ? updatedAt : at,
    correlationId: typeof correlationId === 'string' ? correlationId : id,
    data,
  };
}
