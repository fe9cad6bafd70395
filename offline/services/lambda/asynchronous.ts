import { randomUUID } from 'node:crypto';
import { messageOf } from '../../errors.ts';
import type { Outcome } from '../../lambda/instance.ts';
import { Outbox } from '../../outbox.ts';
import type { Store } from '../../store.ts';
import type { Targets } from '../targets.ts';
import type { AsynchronousSettings } from './declaration.ts';

/** What is remembered of an asynchronous invocation until it has come to its end. */
interface Pending {
  readonly functionKey: string;
  /** JSON. */
  readonly payload: string;
  readonly requestId: string;
  readonly trigger: string;
  /** In milliseconds since the epoch. */
  readonly acceptedAt: number;
}

/** What goes to a destination or dead-letter queue in the end. */
interface InvocationRecord {
  readonly destination: string;
  readonly message: unknown;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface AsynchronousOptions {
  readonly store: Store;
  readonly targets: Targets;
  readonly now: () => number;
  settingsOf(functionKey: string): AsynchronousSettings & { readonly arn: string };
  run(functionKey: string, payload: string, trigger: string, requestId: string): Promise<Outcome>;
}

/** AWS waits one minute and then two; nobody wants to wait so long for a failure on a machine of their own. */
const RETRY_AFTER_MS = [1_000, 2_000];
const RECORD_ATTEMPTS = 30;
const RECORD_RETRY_AFTER_MS = 1_000;

class Failed extends Error {
  readonly outcome: Outcome;
  constructor(outcome: Outcome) {
    super('error' in outcome ? outcome.error.errorMessage : '');
    this.outcome = outcome;
  }
}

/**
 * Invocations that nobody waits for: tried up to three times, and then handed to the function's destinations.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
 */
export class AsynchronousInvocations {
  readonly #options: AsynchronousOptions;
  readonly #outbox: Outbox<Pending>;
  readonly #records: Outbox<InvocationRecord>;

  constructor(options: AsynchronousOptions) {
    this.#options = options;
    this.#outbox = new Outbox<Pending>(
      options.store,
      'invocations',
      {
        attempt: (pending, attempt) => this.#attempt(pending, attempt),
        retryAfterMs: (pending, attempts) => this.#retryAfterMs(pending, attempts),
        giveUp: (pending, error, attempts) => this.#giveUp(pending, error, attempts),
      },
      options.now,
    );
    this.#records = new Outbox<InvocationRecord>(
      options.store,
      'invocation-records',
      {
        attempt: ({ destination, message, attributes = {} }) =>
          options.targets.deliver(destination, message, { attributes, trigger: 'destination' }),
        retryAfterMs: (_, attempts) => (attempts < RECORD_ATTEMPTS ? RECORD_RETRY_AFTER_MS : undefined),
        async giveUp({ destination }, error) {
          console.error(`The record of an invocation did not get to ${destination}: ${messageOf(error)}`);
        },
      },
      options.now,
    );
  }

  start(): void {
    this.#outbox.start();
    this.#records.start();
  }

  stop(): void {
    this.#outbox.stop();
    this.#records.stop();
  }

  get size(): number {
    return this.#outbox.size;
  }

  /** Writes the invocation down and answers its request id; the function runs later. */
  add(functionKey: string, payload: string, trigger: string): string {
    const requestId = randomUUID();
    this.#outbox.add({ functionKey, payload, trigger, requestId, acceptedAt: this.#options.now() });
    return requestId;
  }

  async #attempt(pending: Pending, attempt: number): Promise<void> {
    const { functionKey, payload, trigger, requestId } = pending;
    const outcome = await this.#options.run(functionKey, payload, trigger, requestId);
    if ('error' in outcome) throw new Failed(outcome);
    const { onSuccess } = this.#options.settingsOf(functionKey);
    if (onSuccess) this.#tell(onSuccess, pending, 'Success', outcome, attempt);
  }

  #retryAfterMs({ functionKey, acceptedAt }: Pending, attempts: number): number | undefined {
    const { maximumRetryAttempts, maximumEventAgeSeconds } = this.#options.settingsOf(functionKey);
    const wait = RETRY_AFTER_MS[attempts - 1] ?? 0;
    const isTooOld = this.#options.now() + wait > acceptedAt + maximumEventAgeSeconds * 1_000;
    return attempts > maximumRetryAttempts || isTooOld ? undefined : wait;
  }

  async #giveUp(pending: Pending, error: unknown, attempts: number): Promise<void> {
    const { onFailure, deadLetterArn, maximumRetryAttempts } = this.#options.settingsOf(pending.functionKey);
    const outcome = error instanceof Failed ? error.outcome : unknownOutcome(error);
    if (deadLetterArn) {
      const { errorMessage = '' } = 'error' in outcome ? outcome.error : {};
      this.#records.add({
        destination: deadLetterArn,
        message: JSON.parse(pending.payload),
        attributes: {
          RequestID: pending.requestId,
          ErrorCode: '200',
          ErrorMessage: errorMessage.slice(0, 1_024),
        },
      });
    }
    const condition = attempts > maximumRetryAttempts ? 'RetriesExhausted' : 'EventAgeExceeded';
    if (onFailure) this.#tell(onFailure, pending, condition, outcome, attempts);
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
  #tell(destination: string, pending: Pending, condition: string, outcome: Outcome, attempts: number): void {
    const { arn } = this.#options.settingsOf(pending.functionKey);
    const record = {
      version: '1.0',
      timestamp: new Date(this.#options.now()).toISOString(),
      requestContext: {
        requestId: pending.requestId,
        functionArn: `${arn}:$LATEST`,
        condition,
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(pending.payload),
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...('error' in outcome && { functionError: 'Unhandled' }),
      },
      responsePayload: 'error' in outcome ? outcome.error : JSON.parse(outcome.payload),
    };
    const isBus = /^arn:[\w-]+:events:/.test(destination);
    const entry = {
      Source: 'lambda',
      DetailType: `Lambda Function Invocation Result - ${'error' in outcome ? 'Failure' : 'Success'}`,
      Resources: [destination, `${arn}:$LATEST`],
      Detail: JSON.stringify(record),
    };
    this.#records.add({ destination, message: isBus ? entry : record });
  }
}

const unknownOutcome = (error: unknown): Outcome => ({
  error: { errorType: 'Error', errorMessage: messageOf(error) },
});
