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

/** @throws Interrupted as it is: no state can handle it */
export function failureOf(thrown: unknown): StateFailure {
  if (thrown instanceof StateFailure) return thrown;
  if (thrown instanceof Interrupted) throw thrown;
  console.error('The local cloud failed in states:', thrown);
  return new StateFailure('States.Runtime', messageOf(thrown));
}
