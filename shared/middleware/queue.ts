import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { ShopError } from '../errors.ts';
import { logger } from '../logger.ts';
import { type InvocationHandler, invocationHandler } from './invocation.ts';
import { inShape, jsonInShape, type Schema } from './shape.ts';

const batch = z.object({
  Records: z.array(z.object({ messageId: z.string().check(z.minLength(1)), body: z.string() })),
});

type QueueRecord = z.output<typeof batch>['Records'][number];

/** Too little to begin with another message; it is left to the next attempt. */
const MARGIN_MS = 5_000;

/**
 * Wraps a pure `respond` as a function that Lambda invokes with messages of a queue, which are JSON; it gets them one
 * after the other. A message that fails, is not in the shape of the schema or comes too late for the time that is
 * left is answered as not done, and comes again without the others until the queue takes it for a dead letter.
 * `ReportBatchItemFailures` must be set on the mapping.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function queueHandler<Message>(
  schema: Schema<Message>,
  respond: (message: Message, messageId: string) => Promise<void>,
): InvocationHandler<readonly QueueRecord[], SQSBatchResponse> {
  return invocationHandler(
    'batch of messages',
    (event) => inShape(batch, event, 'The batch of messages').Records,
    async (records, context) => {
      const failed: string[] = [];
      for (const { messageId, body } of records) {
        if (context.getRemainingTimeInMillis() < MARGIN_MS) {
          failed.push(messageId);
          continue;
        }
        try {
          await respond(jsonInShape(schema, body, `The message ${messageId}`), messageId);
        } catch (error) {
          const level = error instanceof ShopError ? 'warn' : 'error';
          logger[level]('A message is left for another attempt.', { messageId, error: error as Error });
          failed.push(messageId);
        }
      }
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    },
  );
}
