import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** Something that happened to an execution in one of its states; `at` is in milliseconds since it began. */
export type Moment = { readonly at: number; readonly state: string } & (
  | { readonly kind: 'entered' }
  | { readonly kind: 'left'; readonly milliseconds: number }
  | { readonly kind: 'failed'; readonly error: string }
  /** A failed task runs again, after the wait of its Retry in milliseconds. */
  | { readonly kind: 'retried'; readonly waited: number }
);

/**
 * What the history of an execution tells of its states, in order. Longer histories of the same execution begin with the
 * same moments. A task of a branch that was given up is never left.
 */
export function momentsOf(events: readonly HistoryEvent[]): Moment[] {
  const began = events[0]?.timestamp?.getTime() ?? 0;
  const moments: Moment[] = [];
  /** Which state an event belongs to: the one that was entered last on its own line of events. */
  const states = new Map<number | undefined, string>();
  const enteredAt = new Map<string, number>();
  const failedAt = new Map<number | undefined, number>();
  for (const event of events) {
    const { id, previousEventId, type = '' } = event;
    const entered = event.stateEnteredEventDetails?.name;
    const state = entered ?? event.stateExitedEventDetails?.name ?? states.get(previousEventId) ?? '';
    const at = (event.timestamp?.getTime() ?? 0) - began;
    states.set(id, state);
    if (entered !== undefined) {
      enteredAt.set(state, at);
      moments.push({ at, state, kind: 'entered' });
    }
    // A Fail state ends the execution; no event tells that it is left.
    if (type.endsWith('StateExited') || type === 'FailStateEntered') {
      moments.push({ at, state, kind: 'left', milliseconds: at - (enteredAt.get(state) ?? at) });
    }
    if (type === 'LambdaFunctionFailed' || type === 'LambdaFunctionTimedOut') {
      failedAt.set(id, at);
      const error = event.lambdaFunctionFailedEventDetails?.error ?? 'States.Timeout';
      moments.push({ at, state, kind: 'failed', error });
    }
    const failed = failedAt.get(previousEventId);
    if (type === 'LambdaFunctionScheduled' && failed !== undefined) {
      moments.push({ at, state, kind: 'retried', waited: at - failed });
    }
  }
  return moments;
}

/** Whether the history has come to the end of its execution. */
export const isOver = (events: readonly HistoryEvent[]): boolean =>
  /^Execution(?!Started)/.test(events.at(-1)?.type ?? '');

/** The states that were entered, in order. */
export const pathOf = (moments: readonly Moment[]): string[] =>
  moments.filter(({ kind }) => kind === 'entered').map(({ state }) => state);

/** How long the workflow waited before each attempt of the state but the first, in milliseconds. */
export const waitsOf = (moments: readonly Moment[], state: string): number[] =>
  moments.flatMap((moment) => (moment.kind === 'retried' && moment.state === state ? [moment.waited] : []));
