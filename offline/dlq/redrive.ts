import { messageOf } from '../errors.ts';

/** What became of the messages; those that failed are in their queue as before. */
export interface RedriveReport {
  readonly redriven: number;
  readonly failed: readonly { readonly messageId: string; readonly reason: string }[];
}

/** Long enough for a function to run on some messages, during which nobody else receives them. */
export const REDRIVE_SECONDS = 900;

/** What a redrive does with a dead-letter queue. */
export interface RedriveSteps<Message> {
  /** Receives at most so many messages for `REDRIVE_SECONDS`; none when there are none. */
  receive(most: number): Promise<readonly Message[]>;
  /** @throws any error that says why the message cannot go back */
  bring(message: Message): Promise<void>;
  remove(message: Message): Promise<void>;
  /** Makes a message visible again. */
  release(message: Message): Promise<void>;
}

export interface RedriveOptions {
  /** Only this one. */
  readonly messageId: string | undefined;
  /** At most so many messages are received: what fails again comes back while others still go. */
  readonly most: number;
  /** Ends the work after the message that it is at. */
  readonly signal?: AbortSignal;
}

const PAGE = 10;

/** When so many fail, the others would, too. */
const MOST_FAILURES = 100;

/**
 * Brings messages back one after the other. A message is deleted when it has arrived, so that whatever ends the work
 * in between brings it twice at worst, and never loses it.
 */
export async function redriveMessages<Message extends { readonly MessageId?: string | undefined }>(
  steps: RedriveSteps<Message>,
  { messageId, most, signal }: RedriveOptions,
): Promise<RedriveReport> {
  const failed: { messageId: string; reason: string }[] = [];
  const held = new Set<Message>();
  let redriven = 0;
  const isOver = () =>
    signal?.aborted ||
    failed.length >= MOST_FAILURES ||
    (messageId !== undefined && redriven + failed.length > 0);
  try {
    for (let received = 0; received < most && !isOver(); ) {
      const messages = await steps.receive(Math.min(PAGE, most - received));
      if (messages.length === 0) break;
      received += messages.length;
      for (const message of messages) held.add(message);
      for (const message of messages) {
        if (isOver()) break;
        if (messageId !== undefined && message.MessageId !== messageId) continue;
        try {
          await steps.bring(message);
        } catch (error) {
          failed.push({ messageId: message.MessageId ?? '', reason: messageOf(error) });
          continue;
        }
        await steps.remove(message);
        held.delete(message);
        redriven += 1;
      }
    }
  } finally {
    // One that cannot be released becomes visible by itself.
    for (const message of held) await steps.release(message).catch(() => undefined);
  }
  return { redriven, failed };
}
