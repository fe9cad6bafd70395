import * as z from 'zod/mini';
import { InvalidInput } from '../errors.ts';
import { logger } from '../logger.ts';
import { correlationId } from '../schemas.ts';
import { type InvocationHandler, invocationHandler } from './invocation.ts';
import { inShape, jsonInShape, type Schema } from './shape.ts';

/** A run of a schedule, or one by hand. */
export interface ScheduledRun {
  /** When it was due, the same in every attempt; nothing when it is run by hand and no time is given. */
  readonly time: Date | undefined;
  /** Time left until the function is stopped, in milliseconds. */
  remainingTimeMs(): number;
}

const scheduledEvent = z.object({ time: z.iso.datetime() });
const eventByHand = z.looseObject({ time: z.optional(z.iso.datetime()) });

/** Wraps a pure `respond` as a function that EventBridge runs on a schedule, and anybody by hand. */
export const scheduleHandler = (respond: (run: ScheduledRun) => Promise<void>) =>
  jobHandler(z.strictObject({}), (_, run) => respond(run));

/**
 * The same for a job with settings: run by hand, it is given them as its event, with a `time` or without; a schedule
 * gives none. A setting that the schema does not know throws InvalidInput, lest a misspelled one be passed over.
 */
export function jobHandler<Settings, Output>(
  schema: Schema<Settings>,
  respond: (settings: Settings, run: ScheduledRun) => Promise<Output>,
): InvocationHandler<{ readonly time: Date | undefined; readonly settings: Settings }, Output> {
  return invocationHandler(
    'scheduled run',
    (event) => {
      const { time, ...settings } = isScheduled(event)
        ? inShape(scheduledEvent, event, 'The scheduled event')
        : inShape(eventByHand, event || {}, 'The event');
      return { time: time ? new Date(time) : undefined, settings: inShape(schema, settings, 'The event') };
    },
    ({ time, settings }, context) =>
      respond(settings, { time, remainingTimeMs: () => context.getRemainingTimeInMillis() }),
  );
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events.html */
const isScheduled = (event: unknown) => typeof event === 'object' && event !== null && 'detail-type' in event;

const notifications = z.object({
  Records: z.array(
    z.object({
      Sns: z.object({
        MessageId: z.string(),
        Message: z.string(),
        MessageAttributes: z.optional(
          z.object({ correlationId: z.optional(z.object({ Value: correlationId })) }),
        ),
      }),
    }),
  ),
});

interface Notification<Message> {
  readonly message: Message;
  readonly messageId: string;
  readonly correlationId: string | undefined;
}

/**
 * Wraps a pure `respond` as a subscriber of an SNS topic whose messages are JSON; it gets the message and the id that
 * publishing it answered. SNS sends one message at a time, though as a list: what fails is sent again as a whole.
 * https://aws.amazon.com/sns/faqs/
 *
 * Its attribute `correlationId`, if it has one, is in every log line. A message that is not in the shape of the schema
 * throws InvalidInput.
 */
export function topicHandler<Message>(
  schema: Schema<Message>,
  respond: (message: Message, messageId: string) => Promise<void>,
): InvocationHandler<readonly Notification<Message>[], void> {
  return invocationHandler(
    'notification',
    (event) =>
      inShape(notifications, event, 'The notification').Records.map(({ Sns }) => ({
        message: jsonInShape(schema, Sns.Message, `The message ${Sns.MessageId}`),
        messageId: Sns.MessageId,
        correlationId: Sns.MessageAttributes?.correlationId?.Value,
      })),
    async (messages) => {
      for (const { message, messageId, correlationId } of messages) {
        logger.appendKeys({ messageId, correlationId });
        await respond(message, messageId);
      }
    },
  );
}

const busEvent = z.object({
  id: z.string().check(z.minLength(1)),
  time: z.iso.datetime(),
  detail: z.unknown(),
});

/** What EventBridge says of an event beside its detail. */
export interface BusEvent {
  /** EventBridge's own: what is put twice has two. */
  readonly id: string;
  /** When it happened, as its source says. */
  readonly time: Date;
}

/**
 * Wraps a pure `respond` as the target of a rule of EventBridge; it gets the detail of an event. An event comes at
 * least once, and in no order. One whose detail is not in the shape of the schema throws InvalidInput.
 */
export function ruleHandler<Detail>(
  schema: Schema<Detail>,
  respond: (detail: Detail, event: BusEvent) => Promise<void>,
): InvocationHandler<BusEvent & { readonly detail: Detail }, void> {
  return invocationHandler(
    'event',
    (event) => {
      const { id, time, detail } = inShape(busEvent, event, 'The event');
      return { id, time: new Date(time), detail: inShape(schema, detail, `The detail of the event ${id}`) };
    },
    async ({ detail, ...event }) => {
      logger.appendKeys({ eventId: event.id });
      await respond(detail, event);
    },
  );
}

const objectEvents = z.object({
  Records: z.array(
    z.object({
      eventTime: z.iso.datetime(),
      s3: z.object({
        bucket: z.object({ name: z.string() }),
        object: z.object({
          key: z.string().check(z.minLength(1)),
          size: z.int(),
          versionId: z.string().check(z.minLength(1)),
        }),
      }),
    }),
  ),
});

/** An object that was put into a bucket that keeps versions. */
export interface UploadedObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  /** In bytes. */
  readonly size: number;
  /** When it was put, to the millisecond, where its `LastModified` knows the second alone. */
  readonly at: Date;
}

/** The invocation that an upload is worked on in. */
export interface UploadRun {
  /** Time left until the function is stopped, in milliseconds. */
  remainingTimeMs(): number;
}

/**
 * Wraps a pure `respond` as a function that S3 notifies of objects. A notification comes at least once, and in no
 * order.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function uploadHandler(
  respond: (upload: UploadedObject, run: UploadRun) => Promise<void>,
): InvocationHandler<readonly UploadedObject[], void> {
  return invocationHandler(
    'upload',
    (event) =>
      inShape(objectEvents, event, 'The notification of S3').Records.map(
        ({ eventTime, s3: { bucket, object } }) => ({
          bucket: bucket.name,
          key: decodedKey(object.key),
          versionId: object.versionId,
          size: object.size,
          at: new Date(eventTime),
        }),
      ),
    async (uploads, context) => {
      for (const upload of uploads) {
        logger.appendKeys({ versionId: upload.versionId });
        await respond(upload, { remainingTimeMs: () => context.getRemainingTimeInMillis() });
      }
    },
  );
}

/** Keys come encoded as in a form: a space is a plus sign. */
function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (cause) {
    throw new InvalidInput('The key of the object is not encoded as it must be.', [], { cause });
  }
}
