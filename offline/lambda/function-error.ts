import { isRecord } from '../cloudformation/template.ts';

/** How a function fails, as Lambda tells its caller. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** Keeps the error's own name, which a state machine retries or catches by. */
export function describeError(error: unknown): FunctionError {
  // An error that ended a thread arrives as a likeness, for which instanceof does not hold everywhere.
  if (!isRecord(error) || typeof error.message !== 'string') {
    return { errorType: typeof error, errorMessage: String(error) };
  }
  const trace = typeof error.stack === 'string' ? error.stack.split('\n') : [];
  return { errorType: String(error.name), errorMessage: error.message, trace };
}
