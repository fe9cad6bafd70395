import type { Frame } from '../../console/src/frame.ts';
import type { Controlled } from '../control/index.ts';

/** What the page shows of executions; older ones are history. */
const MOST_EXECUTIONS = 1_000;

export type Observed = Pick<
  Controlled,
  'stepFunctions' | 'messaging' | 'eventBridge' | 'recent' | 'lambda' | 'faults'
> & {
  /** Where the WebSocket API is, if it runs. */
  readonly live?: string | undefined;
};

/** A reader of the local cloud: each call answers what has changed since the one before, or nothing. */
export function feedOf({ stepFunctions, messaging, eventBridge, recent, lambda, faults, live }: Observed) {
  let isFirst = true;
  let finished = 0;
  let [lastEvent, lastInvocation] = [0, 0];
  let running = new Map<number, string>();
  const sent = new Map<string, string>();

  const only = <Name extends keyof Frame>(name: Name, value: NonNullable<Frame[Name]>) =>
    ({ [name]: value }) as { [Key in Name]: NonNullable<Frame[Key]> };
  const ifChanged = <Name extends keyof Frame>(name: Name, value: NonNullable<Frame[Name]>) => {
    const json = JSON.stringify(value);
    if (sent.get(name) === json) return {};
    sent.set(name, json);
    return only(name, value);
  };
  const ifAny = <Name extends 'executions' | 'events' | 'invocations'>(
    name: Name,
    values: NonNullable<Frame[Name]>,
  ) => (values.length > 0 ? only(name, values) : {});

  const changedExecutions = () => {
    const found = stepFunctions.executionsSince(finished, MOST_EXECUTIONS);
    finished = found.finished;
    const before = running;
    running = new Map();
    return found.executions.filter((execution) => {
      if (execution.status !== 'RUNNING') return true;
      const json = JSON.stringify(execution);
      running.set(execution.number, json);
      return before.get(execution.number) !== json;
    });
  };

  return (): Frame | undefined => {
    const events = eventBridge.recentEvents().filter(({ number }) => number > lastEvent);
    lastEvent = events[0]?.number ?? lastEvent;
    const invocations = recent.list().filter(({ number }) => number > lastInvocation);
    lastInvocation = invocations[0]?.number ?? lastInvocation;
    const frame: Frame = {
      ...(isFirst && { isWhole: true, live }),
      ...ifChanged('machines', stepFunctions.machines()),
      ...ifAny('executions', changedExecutions()),
      ...ifChanged('queues', messaging.queues()),
      ...ifAny('events', events),
      ...ifAny('invocations', invocations),
      ...ifChanged('load', { inFlight: lambda.inFlight.length, pending: lambda.pending }),
      ...ifChanged('faults', faults.report),
    };
    isFirst = false;
    return Object.keys(frame).length > 0 ? frame : undefined;
  };
}
