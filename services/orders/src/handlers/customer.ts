import { callerOf } from '../../../../shared/middleware/caller.ts';
import type { Order, StoredOrder } from '../domain/order.ts';

/** Whose orders they are. */
export const customerOf = callerOf;

/** The order as its customer sees it. */
export function shown(order: StoredOrder): Omit<Order, 'customerId'> {
  const { id, status, reason, lines, total, timeline, placedAt, updatedAt } = order;
  return {
    id,
    status,
    ...(reason && { reason }),
    lines,
    ...(total && { total }),
    timeline,
    placedAt,
    updatedAt,
  };
}
