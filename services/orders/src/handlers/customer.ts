import { InvalidInput } from '../../../../shared/errors.ts';
import type { HttpRequest } from '../../../../shared/middleware/http.ts';
import type { Order, StoredOrder } from '../domain/order.ts';

/** Whose orders they are, by the token's `sub`. @throws InvalidInput for a token without one */
export function customerOf({ caller }: Pick<HttpRequest, 'caller'>): string {
  if (caller) return caller;
  throw new InvalidInput('The token names nobody.', [
    { in: 'header', pointer: '/authorization', detail: 'must be a token with a subject' },
  ]);
}

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
