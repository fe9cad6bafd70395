import type { Retrier } from './definition.ts';
import type { StateFailure } from './failure.ts';

/**
 * Whether a retrier or catcher handles the failure.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function matches(
  { ErrorEquals }: { readonly ErrorEquals: readonly string[] },
  { error = '', isHeartbeat }: StateFailure,
): boolean {
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
