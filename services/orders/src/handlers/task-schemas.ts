import * as z from 'zod/mini';

/** What the state machine gives to its tasks. `attempt` counts from 0 there and from 1 here. */
const orderId = z.string().check(z.regex(/^[0-9A-HJKMNP-TV-Z]{26}$/));
const attempt = z.pipe(
  z.int().check(z.gte(0)),
  z.transform((retries) => retries + 1),
);

export const orderTask = z.strictObject({ orderId, attempt });
export const approvalTask = z.strictObject({ orderId, attempt, taskToken: z.string().check(z.minLength(1)) });
export const undoTask = z.strictObject({
  orderId,
  attempt,
  failure: z.object({ Error: z.string(), Cause: z.string() }),
});

/** The message that the notifications topic carries; only what the receipt needs is read. */
export const confirmationMessage = z.object({ kind: z.literal('OrderConfirmation'), orderId });

/** What every log line of a task carries. */
export const orderIdOf = ({ orderId }: { readonly orderId: string }) => ({ orderId });
