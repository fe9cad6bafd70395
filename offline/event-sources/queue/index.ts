import { setTimeout as delay } from 'node:timers/promises';
import { AwsError } from '../../aws/error.ts';
import { messageOf } from '../../errors.ts';
import type { Outcome } from '../../lambda/instance.ts';
import {
  type EventSource,
  MAX_EVENT_BYTES,
  reportedFailures,
  type Surroundings,
  withinLimit,
} from '../event-source.ts';
import { WakeUp } from '../wake-up.ts';
import { type Message, type QueueRecord, recordOf } from './message.ts';

/** A queue whose messages a function is invoked with. */
export interface QueueMapping {
  /** Name or ARN. */
  readonly function: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly reportsFailures: boolean;
  /** Batches that are worked on at once. */
  readonly maximumConcurrency: number;
  /** Whether a record is for the function; others are deleted. */
  readonly isWanted: (record: object) => boolean;
}

const LONG_POLL_SECONDS = 20;
const SHORT_POLL_MS = 50;
const AFTER_ERROR_MS = 200;
const MAX_RECEIVED = 10;

/**
 * Polls a queue for a function, as Lambda does.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export function startQueueSource(mapping: QueueMapping, surroundings: Surroundings): EventSource {
  const poller = new QueuePoller(mapping, surroundings);
  void poller.poll();
  return poller;
}

class QueuePoller implements EventSource {
  readonly #mapping: QueueMapping;
  readonly #surroundings: Surroundings;
  readonly #stopped = new AbortController();
  readonly #freed = new WakeUp();
  #running = 0;

  constructor(mapping: QueueMapping, surroundings: Surroundings) {
    this.#mapping = mapping;
    this.#surroundings = surroundings;
  }

  stop(): void {
    this.#stopped.abort();
    this.#freed.now();
  }

  async poll(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      if (this.#running >= this.#mapping.maximumConcurrency) {
        await this.#freed.sleep(LONG_POLL_SECONDS * 1_000);
        continue;
      }
      const messages = await this.#collect();
      if (messages.length === 0) continue;
      this.#running += 1;
      void this.#process(messages).finally(() => {
        this.#running -= 1;
        this.#freed.now();
      });
    }
  }

  /** A batch: what one call answers, or what arrives until the batch is full or its window has passed. */
  async #collect(): Promise<Message[]> {
    const { batchSize, windowMs } = this.#mapping;
    const { now } = this.#surroundings;
    const messages = await this.#receive(Math.min(batchSize, MAX_RECEIVED), LONG_POLL_SECONDS);
    let bytes = sizeOf(messages);
    const end = now() + windowMs;
    while (
      windowMs > 0 &&
      messages.length > 0 &&
      messages.length < batchSize &&
      bytes < MAX_EVENT_BYTES / 2
    ) {
      const left = end - now();
      if (left <= 0 || this.#stopped.signal.aborted) break;
      const more = await this.#receive(Math.min(batchSize - messages.length, MAX_RECEIVED), 0);
      messages.push(...more);
      bytes += sizeOf(more);
      if (more.length === 0) await delay(Math.min(left, SHORT_POLL_MS));
    }
    return messages;
  }

  /** Only a call that waits is broken off: messages that it would still answer would stay invisible for a while. */
  async #receive(MaxNumberOfMessages: number, WaitTimeSeconds: number): Promise<Message[]> {
    try {
      const { Messages = [] } = await this.#call<{ Messages?: Message[] }>(
        'ReceiveMessage',
        {
          MaxNumberOfMessages,
          WaitTimeSeconds,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        },
        this.#stopped.signal,
      );
      return Messages;
    } catch (error) {
      this.#complain('receive messages of', error);
      if (!this.#stopped.signal.aborted) await delay(AFTER_ERROR_MS);
      return [];
    }
  }

  async #process(messages: readonly Message[]): Promise<void> {
    const { queueArn, isWanted } = this.#mapping;
    const handles = new Map(messages.map((message) => [message.MessageId, message.ReceiptHandle]));
    const records = messages.map((message) => recordOf(message, queueArn));
    const wanted = records.filter((record) => isWanted(filterable(record)));
    const failed = new Set<string>();
    for (const batch of withinLimit(wanted)) {
      for (const id of await this.#run(batch)) failed.add(id);
    }
    const done = [...handles].filter(([id]) => !failed.has(id));
    await this.#delete(done.map(([, handle]) => handle));
  }

  /** Runs the function, and answers the ids of the messages that are not done. */
  async #run(records: readonly QueueRecord[]): Promise<ReadonlySet<string>> {
    const ids = new Set(records.map(({ messageId }) => messageId));
    const event = { Records: records };
    let outcome: Outcome;
    try {
      outcome = await this.#surroundings.functions.invoke(this.#mapping.function, event, this.#trigger);
    } catch (error) {
      this.#complain('invoke the function of', error);
      return ids;
    }
    if ('error' in outcome) return ids;
    if (!this.#mapping.reportsFailures) return new Set();
    const failures = reportedFailures(outcome.payload, ids);
    return failures === 'all' ? ids : failures;
  }

  /** A message that cannot be deleted comes again, as on AWS. */
  async #delete(handles: readonly string[]): Promise<void> {
    for (let index = 0; index < handles.length; index += MAX_RECEIVED) {
      const Entries = handles
        .slice(index, index + MAX_RECEIVED)
        .map((ReceiptHandle, id) => ({ Id: String(id), ReceiptHandle }));
      await this.#retried(() => this.#call('DeleteMessageBatch', { Entries }));
    }
  }

  async #retried(call: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await call();
        return;
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        if (attempt === 5) {
          this.#complain('delete messages of', error);
          return;
        }
        await delay(AFTER_ERROR_MS * attempt);
      }
    }
  }

  #call<Output>(operation: string, input: object, signal?: AbortSignal): Promise<Output> {
    const QueueUrl = `http://sqs/000000000000/${this.#queueName}`;
    return this.#surroundings.aws.json('sqs', `AmazonSQS.${operation}`, { QueueUrl, ...input }, signal);
  }

  #complain(what: string, error: unknown): void {
    if (this.#stopped.signal.aborted) return;
    // Asked for by whoever set up a fault.
    if (error instanceof AwsError && error.message.startsWith('A fault was asked for')) return;
    console.error(`${this.#mapping.function}: cannot ${what} ${this.#queueName}: ${messageOf(error)}`);
  }

  get #queueName(): string {
    return this.#mapping.queueArn.split(':').at(-1) ?? '';
  }

  get #trigger(): string {
    return `SQS ${this.#queueName}`;
  }
}

const sizeOf = (messages: readonly Message[]) =>
  messages.reduce((bytes, { Body }) => bytes + Buffer.byteLength(Body), 0);

/** A filter looks into a body that is JSON. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html */
function filterable(record: QueueRecord): object {
  try {
    return { ...record, body: JSON.parse(record.body) as unknown };
  } catch {
    return record;
  }
}
