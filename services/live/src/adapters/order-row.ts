import * as z from 'zod/mini';
import type { OwnedStatus } from '../domain/order-status.ts';

/** What is read of an order in the table of services/orders, which tells of itself in docs/data-access.md. */
const orderRow = z.object({
  orderId: z.string(),
  customerId: z.string(),
  status: z.string(),
  reason: z.optional(z.string()),
  timeline: z.array(z.object({ at: z.string(), event: z.string() })),
});

export const FIELDS = ['orderId', 'customerId', 'status', 'reason', 'timeline'] as const;

/** The status of an order, which came with the last entry of its name in the timeline. Throws for another row. */
export function ownedStatus(row: unknown): OwnedStatus {
  const { orderId, customerId, status, reason, timeline } = z.parse(orderRow, row);
  const index = timeline.findLastIndex(({ event }) => event === status);
  const entry = timeline[index];
  if (!entry) throw new Error(`The timeline of the order ${orderId} does not have its status.`);
  return {
    customerId,
    current: { orderId, status, ...(reason && { reason }), sequence: index + 1, occurredAt: entry.at },
  };
}
