import * as z from 'zod/mini';
import { correlationId } from '../../../../shared/schemas.ts';

/** What the state machine gives to its tasks. `attempt` counts from 0 there and from 1 here. */
const orderId = z.string().check(z.regex(/^[0-9A-HJKMNP-TV-Z]{26}$/));
const attempt = z.pipe(
  z.int().check(z.gte(0)),
  z.transform((retries) => retries + 1),
);

/** What the execution was started with; one that was started by hand may know no request. */
const execution = z.optional(z.object({ correlationId: z.optional(correlationId) }));
const task = { orderId, attempt, execution };

export const orderTask = z.strictObject(task);
export const approvalTask = z.strictObject({ ...task, taskToken: z.string().check(z.minLength(1)) });
export const undoTask = z.strictObject({
  ...task,
  failure: z.object({ Error: z.string(), Cause: z.string() }),
});

/** The message that the notifications topic carries; only what the receipt needs is read. */
export const confirmationMessage = z.object({ kind: z.literal('OrderConfirmation'), orderId });

/** What every log line of a task carries. */
export const logKeysOf = ({ orderId, execution }: z.output<typeof orderTask>) => ({
  orderId,
  ...(execution?.correlationId !== undefined && { correlationId: execution.correlationId }),
});
