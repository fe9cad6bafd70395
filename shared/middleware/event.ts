import * as z from 'zod/mini';
import { InvalidInput } from '../errors.ts';
import { logger } from '../logger.ts';
import { type InvocationHandler, invocationHandler } from './invocation.ts';
import { inShape, type Schema } from './shape.ts';

/** A run of a schedule. */
export interface ScheduledRun {
  /** When it was due, the same in every attempt. */
  readonly time: Date;
  /** Time left until the function is stopped, in milliseconds. */
  remainingTimeMs(): number;
}

const scheduledEvent = z.object({ time: z.iso.datetime() });

/** Wraps a pure `respond` as a function that EventBridge runs on a schedule. */
export function scheduleHandler(
  respond: (run: ScheduledRun) => Promise<void>,
): InvocationHandler<Date, void> {
  return invocationHandler(
    'scheduled run',
    (event) => new Date(inShape(scheduledEvent, event, 'The scheduled event').time),
    (time, context) => respond({ time, remainingTimeMs: () => context.getRemainingTimeInMillis() }),
  );
}

const notifications = z.object({
  Records: z.array(z.object({ Sns: z.object({ MessageId: z.string(), Message: z.string() }) })),
});

/**
 * Wraps a pure `respond` as a subscriber of an SNS topic whose messages are JSON; it gets the message and the id that
 * publishing it answered. SNS sends one message at a time, though as a list: what fails is sent again as a whole.
 * https://aws.amazon.com/sns/faqs/
 *
 * A message that is not in the shape of the schema throws InvalidInput.
 */
export function topicHandler<Message>(
  schema: Schema<Message>,
  respond: (message: Message, messageId: string) => Promise<void>,
): InvocationHandler<readonly { readonly message: Message; readonly messageId: string }[], void> {
  return invocationHandler(
    'notification',
    (event) =>
      inShape(notifications, event, 'The notification').Records.map(({ Sns }) => ({
        message: inShape(schema, parsed(Sns), `The message ${Sns.MessageId}`),
        messageId: Sns.MessageId,
      })),
    async (messages) => {
      for (const { message, messageId } of messages) {
        logger.appendKeys({ messageId });
        await respond(message, messageId);
      }
    },
  );
}

function parsed({ MessageId, Message }: { readonly MessageId: string; readonly Message: string }): unknown {
  try {
    return JSON.parse(Message);
  } catch (cause) {
    throw new InvalidInput(`The message ${MessageId} is not valid JSON.`, [], { cause });
  }
}
