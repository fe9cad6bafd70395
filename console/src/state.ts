import type { BusEvent, Execution, FaultReport, Frame, FunctionRun, Load, Machine, Queue } from './frame.ts';

/** What the page knows of the local cloud. */
export interface State {
  /** Where the live API is, if it runs. */
  readonly live?: string | undefined;
  readonly machines: readonly Machine[];
  /** The newest first, as in all lists here. */
  readonly executions: readonly Execution[];
  readonly queues: readonly Queue[];
  readonly events: readonly BusEvent[];
  readonly invocations: readonly FunctionRun[];
  readonly load: Load;
  readonly faults: FaultReport;
}

export const NOTHING: State = {
  machines: [],
  executions: [],
  queues: [],
  events: [],
  invocations: [],
  load: { inFlight: 0, pending: 0 },
  faults: { seed: 1, rules: [] },
};

/** How many of each list are kept. */
const KEPT = { executions: 1_000, events: 100, invocations: 200 };

/** The state after a frame; a whole one begins anew, since the local cloud may have. */
export function applied(state: State, { isWhole, executions, events, invocations, ...others }: Frame): State {
  const before = isWhole ? NOTHING : state;
  return {
    ...before,
    ...others,
    ...(executions && { executions: merged(before.executions, executions, KEPT.executions) }),
    ...(events && { events: merged(before.events, events, KEPT.events) }),
    ...(invocations && { invocations: merged(before.invocations, invocations, KEPT.invocations) }),
  };
}

function merged<Entry extends { readonly number: number }>(
  before: readonly Entry[],
  changed: readonly Entry[],
  most: number,
): readonly Entry[] {
  const entries = new Map([...before, ...changed].map((entry) => [entry.number, entry]));
  return [...entries.values()].sort((left, right) => right.number - left.number).slice(0, most);
}

/** The queues that others send to when they give up, and those of functions, by the names that they have here. */
export function isDeadLetterQueue({ arn }: Queue, queues: readonly Queue[]): boolean {
  return /dead-?letter|failure/i.test(arn) || queues.some((queue) => queue.deadLetterTargetArn === arn);
}
