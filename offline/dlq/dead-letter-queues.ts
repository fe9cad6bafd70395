import type { DeadLetter } from './dead-letter.ts';
import type { RedriveReport } from './redrive.ts';

export interface DeadLetterQueue {
  readonly name: string;
  readonly arn: string;
  /** How many can be received; AWS knows it only roughly. */
  readonly waiting: number;
  /** How many somebody has received and neither deleted nor given back. */
  readonly inFlight: number;
}

/** The dead-letter queues of the running local cloud, or of a deployed stage. */
export interface DeadLetterQueues {
  /** All of them, by their names. */
  list(): Promise<DeadLetterQueue[]>;
  /** Some messages of a queue, which stay in it: at most so many, the oldest first as far as the queue has an order. */
  look(queue: DeadLetterQueue, most: number): Promise<DeadLetter[]>;
  /** The message of that id, if it is among the first that can be looked through. */
  find(queue: DeadLetterQueue, messageId: string): Promise<DeadLetter | undefined>;
  /** Brings all messages back, or the one of the given id. `letters` are some of those that are to go. */
  redrive(
    queue: DeadLetterQueue,
    messageId: string | undefined,
    letters: readonly DeadLetter[],
  ): Promise<RedriveReport>;
}
