import { messageOf } from '../../errors.ts';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
const MAX_CAUSE_LENGTH = 32_768;

/** How a state fails: `error` is the name that Retry and Catch match. */
export class StateFailure extends Error {
  override readonly name = 'StateFailure';
  readonly error: string | undefined;
  override readonly cause: string | undefined;
  readonly isHeartbeat: boolean;

  constructor(error: string | undefined, cause?: string, isHeartbeat = false) {
    super(`${error}: ${cause}`);
    this.error = error;
    this.cause = cause?.slice(0, MAX_CAUSE_LENGTH);
    this.isHeartbeat = isHeartbeat;
  }
}

/** An execution or a branch of it is over, and what it was doing is of no more use. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** A retrier or a catcher. */
export interface Handler {
  readonly ErrorEquals: readonly string[];
}

export interface Retrier extends Handler {
  readonly IntervalSeconds?: number | undefined;
  readonly MaxAttempts?: number | undefined;
  readonly BackoffRate?: number | undefined;
  readonly MaxDelaySeconds?: number | undefined;
  readonly JitterStrategy?: 'FULL' | 'NONE' | undefined;
}

/** @throws Interrupted as it is: no state can handle it */
export function failureOf(thrown: unknown): StateFailure {
  if (thrown instanceof StateFailure) return thrown;
  if (thrown instanceof Interrupted) throw thrown;
  console.error('The local cloud failed in states:', thrown);
  return new StateFailure('States.Runtime', messageOf(thrown));
}

/**
 * Whether it handles the failure.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function matches({ ErrorEquals }: Handler, { error = '', isHeartbeat }: StateFailure): boolean {
  // Ends the execution, whatever the state machine says.
  if (error === 'States.Runtime') return false;
  const isTerminal = error === 'States.DataLimitExceeded';
  return ErrorEquals.some(
    (name) =>
      name === error ||
      (name === 'States.HeartbeatTimeout' && isHeartbeat) ||
      (name === 'States.ALL' && !isTerminal) ||
      (name === 'States.TaskFailed' && !isTerminal && error !== 'States.Timeout'),
  );
}

/** How long to wait before the next attempt, when `attempts` retries by this retrier went before. */
export function retryDelayMs(retrier: Retrier, attempts: number, random: () => number): number | undefined {
  const { MaxAttempts = 3, IntervalSeconds = 1, BackoffRate = 2, JitterStrategy } = retrier;
  if (attempts >= MaxAttempts) return undefined;
  const delay = IntervalSeconds * BackoffRate ** attempts * 1_000;
  const capped = Math.min(delay, (retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY) * 1_000);
  return JitterStrategy === 'FULL' ? random() * capped : capped;
}
