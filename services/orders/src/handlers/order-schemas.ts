import * as z from 'zod/mini';
import { money } from '../../../../shared/money.ts';
import { id, time } from '../../../../shared/schemas.ts';
import { EVENTS, REASONS, STATUSES } from '../domain/order.ts';
import { requestedLine } from './route-schemas.ts';

/** The shapes of answers, for the OpenAPI document. */

const status = z.enum(STATUSES);
const reason = z.enum(REASONS);

const timelineEntry = z.strictObject({
  at: time(),
  event: z.enum(EVENTS),
  attempt: z.int().check(z.gte(1)),
  reason: z.optional(reason),
});

const summary = {
  id,
  status,
  reason: z.optional(reason),
  total: z.optional(money),
  placedAt: time(),
};

export const order = z.strictObject({
  ...summary,
  lines: z.array(
    z.extend(requestedLine, {
      name: z.optional(z.string()),
      category: z.optional(z.string()),
      unitPrice: z.optional(money),
    }),
  ),
  timeline: z.array(timelineEntry),
  updatedAt: time(),
});

export const orderPage = z.strictObject({
  orders: z.array(z.strictObject(summary)),
  nextCursor: z.nullable(z.string()),
});
