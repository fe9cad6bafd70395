import type { HistoryEvent } from '../frame.ts';

/** How a state stands in an execution: `caught` went wrong and led elsewhere, `failed` ended what it stood in. */
export type StateStatus = 'running' | 'retrying' | 'succeeded' | 'caught' | 'failed' | 'cancelled';

/** What an execution did in one state. Times are in milliseconds since the epoch. */
export interface StateRun {
  readonly name: string;
  readonly status: StateStatus;
  readonly enteredAt: number;
  readonly leftAt: number | undefined;
  /** How often its task was begun; 0 for a state that does nothing. */
  readonly attempts: number;
  /** The last error, also one after which it went well. */
  readonly error: string | undefined;
}

export interface WorkflowRun {
  /** In the order in which they were entered. */
  readonly states: readonly StateRun[];
  /** The ways taken, as `from → to`. */
  readonly taken: ReadonlySet<string>;
}

/** The name of a way from one state to another. */
export const way = (from: string, to: string): string => `${from} → ${to}`;

type Draft = { -readonly [Key in keyof StateRun]: StateRun[Key] };

/** Reads a history, oldest event first, as it is after its last event. */
export function runOf(history: readonly HistoryEvent[]): WorkflowRun {
  const events = new Map(history.map((event) => [event.id, event]));
  const runs = new Map<string, Draft>();
  const taken = new Set<string>();

  for (const event of history) {
    const at = Date.parse(event.at);
    const [, type = ''] = /(Entered|Exited)$/.exec(event.type) ?? [];
    if (type === 'Entered' && event.name !== undefined) {
      const from = events.get(event.previous);
      if (from?.name !== undefined && from.type.endsWith('Exited')) taken.add(way(from.name, event.name));
      enter(runs, event.name, at);
    } else if (type === 'Exited') {
      const run = runs.get(event.name ?? '');
      if (run) leave(run, run.status === 'failed' ? 'caught' : 'succeeded', at);
    } else if (event.type.startsWith('Execution')) {
      if (event.type !== 'ExecutionStarted') end(runs, event, at);
    } else {
      const run = runs.get(ownerOf(event, events) ?? '');
      if (run) work(runs, run, event, at);
    }
  }
  return { states: [...runs.values()], taken };
}

function enter(runs: Map<string, Draft>, name: string, at: number): void {
  const before = runs.get(name);
  runs.set(name, {
    ...{ name, status: 'running', enteredAt: before?.enteredAt ?? at, leftAt: undefined },
    ...{ attempts: before?.attempts ?? 0, error: before?.error },
  });
}

function leave(run: Draft, status: StateStatus, at: number): void {
  run.status = status;
  run.leftAt = at;
}

function work(runs: Map<string, Draft>, run: Draft, { type, error }: HistoryEvent, at: number): void {
  if (type.endsWith('Scheduled') || type.endsWith('StateStarted')) {
    run.attempts += 1;
    run.status = 'running';
  } else if (/(Failed|TimedOut)$/.test(type)) {
    if (type.endsWith('StateFailed')) {
      for (const inner of runs.values()) {
        if (inner === run || inner.leftAt !== undefined) continue;
        leave(inner, inner.status === 'failed' ? 'failed' : 'cancelled', at);
        if (inner.status === 'failed') run.error = inner.error;
      }
    } else {
      run.error = error;
    }
    // It is tried again, caught or the end: the next event tells.
    run.status = 'failed';
  } else if (type.endsWith('Succeeded')) {
    run.status = 'running';
  }
}

function end(runs: Map<string, Draft>, { type, error }: HistoryEvent, at: number): void {
  const isGood = type === 'ExecutionSucceeded';
  for (const run of runs.values()) {
    if (run.leftAt !== undefined) continue;
    const status = isGood ? 'succeeded' : type === 'ExecutionFailed' ? 'failed' : 'cancelled';
    leave(run, status, at);
    if (isGood) continue;
    run.error ??= error;
  }
}

/** The state that an event of its work belongs to: the nearest one that was entered before it on its line. */
function ownerOf(event: HistoryEvent, events: ReadonlyMap<number, HistoryEvent>): string | undefined {
  // What a Parallel or Map state says of itself comes after its branches.
  const kind = /^(Parallel|Map)State/.exec(event.type)?.[1];
  const isEntry = ({ type }: HistoryEvent) =>
    kind ? type === `${kind}StateEntered` : type.endsWith('StateEntered');
  let at: HistoryEvent | undefined = event;
  while (at && !isEntry(at)) at = events.get(at.previous);
  return at?.name;
}

/** As the run stands while the execution goes on: what has failed and was not left is about to be tried again. */
export function standing(run: WorkflowRun, isRunning: boolean): WorkflowRun {
  if (!isRunning) return run;
  const states = run.states.map((state) =>
    state.status === 'failed' && state.leftAt === undefined
      ? { ...state, status: 'retrying' as const }
      : state,
  );
  return { ...run, states };
}
