import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { type Cloud, startCloud } from '../../../offline/services/step-functions/testing/cloud.ts';
import { FakeClock } from '../../../offline/services/step-functions/testing/fake-clock.ts';
import { definitionIn } from '../simulation/workflow-engine.ts';

/** The order workflow as it is declared, run in a time of its own with functions that a test gives. */

interface Handlers {
  readonly ErrorEquals: readonly string[];
  readonly Next?: string;
}
interface State {
  readonly Type: string;
  readonly Retry?: readonly Handlers[];
  readonly Catch?: readonly Handlers[];
  readonly Branches?: readonly { readonly States: Readonly<Record<string, State>> }[];
  readonly [field: string]: unknown;
}

const source = readFileSync(new URL('../workflows/order.asl.yml', import.meta.url), 'utf8');
const definition = JSON.parse(definitionIn(source)) as { readonly States: Readonly<Record<string, State>> };

/** Every state of the workflow by its name, those of branches included. */
export const states: ReadonlyMap<string, State> = new Map(statesIn(definition));
function statesIn({ States }: { readonly States: Readonly<Record<string, State>> }): [string, State][] {
  return Object.entries(States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.Branches ?? []).flatMap(statesIn),
  ]);
}

/** What the workflow can do: enter a state, handle an error by a retrier, and catch one. */
export const everything: readonly string[] = [...states].flatMap(([name, { Retry = [], Catch = [] }]) => [
  name,
  ...Retry.map((_, index) => `${name} retrier ${index + 1}`),
  ...Catch.map((_, index) => `${name} catcher ${index + 1}`),
]);

export type Task = (input: never) => unknown;

export const now = new FakeClock('2026-11-22T10:00:00Z');

/** Starts Step Functions with the workflow. */
export async function startWorkflow(functions: Readonly<Record<string, Task>>) {
  let running = 0;
  const counted = Object.entries(functions).map(([key, work]) => {
    const run = async (input: unknown) => {
      running += 1;
      try {
        return await (work as (input: unknown) => unknown)(input);
      } finally {
        running -= 1;
      }
    };
    return [key, run] as const;
  });
  const cloud: Cloud = await startCloud({
    functions: Object.fromEntries(counted),
    clock: now,
    random: () => 1,
  });
  const machine = await cloud.create(definition, 'order-processing');
  return {
    cloud,
    machine,
    /** Lets the time of the workflow go on, whenever no function runs, until the execution has ended. */
    async untilEnded(execution: string): Promise<readonly HistoryEvent[]> {
      const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${execution}`;
      for (;;) {
        const history = await cloud.history(executionArn);
        if (/^Execution(?!Started)/.test(history.at(-1)?.type ?? '')) return history;
        for (let quiet = 0; quiet < 20; quiet = running === 0 ? quiet + 1 : 0) await turn();
        now.skip();
      }
    },
  };
}

/** What of `everything` an execution did, by its history. */
export function done(history: readonly HistoryEvent[]): string[] {
  const byId = new Map(history.map((event) => [event.id, event]));
  const stateOf = (event: HistoryEvent | undefined): string => {
    if (!event) return '';
    const { stateEnteredEventDetails, stateExitedEventDetails } = event;
    return (
      (stateExitedEventDetails ?? stateEnteredEventDetails)?.name ?? stateOf(byId.get(event.previousEventId))
    );
  };
  const did = new Set<string>();
  for (const event of history) {
    const entered = event.stateEnteredEventDetails?.name;
    if (entered) {
      did.add(entered);
      const from = [...states].find(([name]) => name === stateOf(byId.get(event.previousEventId)));
      const index = from?.[1].Catch?.findIndex(({ Next }) => Next === entered) ?? -1;
      if (from && index >= 0 && from[1].Next !== entered) did.add(`${from[0]} catcher ${index + 1}`);
    }
    const error = errorOf(event);
    if (!error) continue;
    const name = stateOf(event);
    const index = states
      .get(name)
      ?.Retry?.findIndex(({ ErrorEquals }) =>
        ErrorEquals.some((each) => each === error || each === 'States.ALL'),
      );
    if (index !== undefined && index >= 0) did.add(`${name} retrier ${index + 1}`);
  }
  return [...did];
}

function errorOf(event: HistoryEvent): string | undefined {
  if (event.type === 'LambdaFunctionTimedOut' || event.type === 'TaskTimedOut') return 'States.Timeout';
  return (event.lambdaFunctionFailedEventDetails ?? event.taskFailedEventDetails)?.error;
}
