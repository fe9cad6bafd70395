import * as z from 'zod/mini';
import { id, time } from '../../../../shared/schemas.ts';

/** What a client may send, by its `action`. */
export const request = z.strictObject({ action: z.literal('subscribe'), orderId: id });

/** The status that an order has come to: the answer to `subscribe`, and what is pushed. */
export const orderStatus = () =>
  z.strictObject({
    type: z.literal('order.status'),
    orderId: id,
    status: z.string(),
    reason: z.optional(z.string()),
    sequence: z.int().check(z.minimum(1)),
    occurredAt: time(),
  });

/** A client knows this protocol, and the connection has no other. Beside it the token is named as one too. */
export const PROTOCOL = 'shop-live';

/** The protocols that a client offers: text without commas and spaces. */
export const offeredProtocols = (headers: Readonly<Record<string, string>>): readonly string[] =>
  (headerOf(headers, 'sec-websocket-protocol') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

/** The value of a header, whatever its case. */
export const headerOf = (headers: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
