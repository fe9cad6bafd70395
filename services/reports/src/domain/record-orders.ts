import { DependencyFailed } from '../../../../shared/errors.ts';
import { furthestOf, type OrderNews, type RecordedOrder } from './recorded-order.ts';

/** A message of the queue, in our hands until its visibility timeout. */
export interface ReceivedMessage {
  readonly id: string;
  readonly receipt: string;
  readonly body: string;
  /** How often it was received, this time included; the queue takes it for a dead letter after some. */
  readonly receives: number;
}

/** What the queue of order events does for us. @throws DependencyFailed when it does not answer */
export interface OrderQueue {
  /** Waits a while for messages, and no longer once `stop` is aborted. */
  receive(stop: AbortSignal): Promise<readonly ReceivedMessage[]>;
  remove(messages: readonly ReceivedMessage[]): Promise<void>;
  /** They come again in a few seconds, here or elsewhere. */
  giveBack(messages: readonly ReceivedMessage[]): Promise<void>;
}

/** What the reports are made of. @throws DependencyFailed when the database does not answer */
export interface OrderRecords {
  /** Writes all of them or none; what is known of an order never moves back. */
  record(orders: readonly RecordedOrder[]): Promise<void>;
  /** Whether it can be written to, now. */
  probe(): Promise<void>;
}

export interface RecordDependencies {
  readonly queue: OrderQueue;
  readonly records: OrderRecords;
  /** What a message says of an order. @throws InvalidInput when it can never be read */
  readonly read: (body: string) => OrderNews;
  /** Ends early once the signal is aborted. */
  readonly pause: (milliseconds: number, stop: AbortSignal) => Promise<unknown>;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onRecorded: (order: OrderNews) => void;
  /** A message that is left to the queue, which takes it for a dead letter in the end. */
  readonly onLeft: (messageId: string, error: unknown) => void;
  readonly onTrouble: (error: unknown, pauseMs: number) => void;
  readonly onRecovery: () => void;
}

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Between the half and the whole of a time that doubles, so that tasks do not come back all at once. */
const pauseMs = (failures: number, random: number) =>
  Math.round(Math.min(SHORTEST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.5 + random / 2));

/** Does `work` until it succeeds or `stop` is aborted; whether it succeeded. */
export async function retried(
  {
    pause,
    random,
    onTrouble,
    onRecovery,
  }: Pick<RecordDependencies, 'pause' | 'random' | 'onTrouble' | 'onRecovery'>,
  work: () => Promise<void>,
  stop: AbortSignal,
): Promise<boolean> {
  for (let failures = 0; !stop.aborted; ) {
    try {
      await work();
      if (failures > 0) onRecovery();
      return true;
    } catch (error) {
      failures += 1;
      const milliseconds = pauseMs(failures, random());
      onTrouble(error, milliseconds);
      await pause(milliseconds, stop);
    }
  }
  return false;
}

/**
 * Brings what the queue says of orders into the records until `stop` is aborted, and then ends what it has in hand.
 *
 * A message is removed after it is recorded, so that it may be recorded twice and is never lost. After a failure nothing
 * is received before the database can be written to again: each receive counts towards the dead letters. A message that
 * the database refuses does not hold up the others.
 */
export async function recordOrders(dependencies: RecordDependencies, stop: AbortSignal): Promise<void> {
  const { queue, records, read, onRecorded, onLeft } = dependencies;
  let isTrusted = false;

  while (!stop.aborted) await retried(dependencies, recordSome, stop);

  async function recordSome(): Promise<void> {
    if (!isTrusted) await records.probe();
    isTrusted = false;
    let left = (await queue.receive(stop)).flatMap(understood);
    try {
      if (left.length > 0 && !(await isTaken(left)) && left.length > 1) {
        for (const one of left) {
          await isTaken([one]);
          left = left.filter((other) => other !== one);
        }
      }
    } catch (error) {
      // Otherwise they come back when they have been out of sight for long enough.
      await queue.giveBack(left.map(({ message }) => message)).catch(() => undefined);
      throw error;
    }
    isTrusted = true;
  }

  /** Whether the database took them all; one that it refuses by itself is left. */
  async function isTaken(given: readonly Understood[]): Promise<boolean> {
    try {
      await records.record(furthestOf(given.map(({ order }) => order)));
    } catch (error) {
      if (error instanceof DependencyFailed) throw error;
      if (given.length === 1) onLeft(given[0]?.message.id ?? '', error);
      return false;
    }
    for (const { order } of given) onRecorded(order);
    await queue.remove(given.map(({ message }) => message));
    return true;
  }

  /** Nothing of what can never be read, which is told of at the first of its many receives. */
  function understood(message: ReceivedMessage): Understood[] {
    try {
      return [{ message, order: read(message.body) }];
    } catch (error) {
      if (message.receives === 1) onLeft(message.id, error);
      return [];
    }
  }
}

interface Understood {
  readonly message: ReceivedMessage;
  readonly order: OrderNews;
}
