import type { AwsClient } from '../../aws/client.ts';
import type { Outcome } from '../../lambda/instance.ts';
import type { Store } from '../../store.ts';
import type { AwsApi } from '../service.ts';
import { stepFunctionsApi } from './api.ts';
import { type Clock, systemClock } from './clock.ts';
import { Driver } from './driver.ts';
import type { Position } from './journal.ts';
import { type EventRow, type ExecutionRow, ExecutionStore, type Status } from './store.ts';

export { stateMachineResources } from './plugin.ts';
export { stateMachines } from './provisioner.ts';

export interface StepFunctionsOptions {
  readonly region: string;
  readonly store: Store;
  /** @throws AwsError ResourceNotFoundException when there is no such function */
  readonly invoke: (functionArn: string, payload: unknown) => Promise<Outcome>;
  /** The other services, asked for with each call of a task. */
  readonly aws: () => AwsClient;
  readonly clock?: Clock;
  /** From 0 to below 1, for the jitter of retries. */
  readonly random?: () => number;
}

export interface ExecutionSummary {
  /** A later execution has a higher one. */
  readonly number: number;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: Status;
  readonly startDate: string;
  readonly stopDate: string | null;
  /** The states that it is in, one for each branch and iteration; none when it has ended. */
  readonly states: readonly string[];
  /** How many events its history had when it last waited; none when it has ended. */
  readonly events: number;
  /** JSON; none when it is longer than a list has room for. */
  readonly input: string | null;
}

export interface ExecutionChanges {
  /** Those that run, and those that have finished since; newest first. */
  readonly executions: readonly ExecutionSummary[];
  /** What to ask with for later changes. */
  readonly finished: number;
}

/** An event of a history without the data that went in or came out. */
export interface HistoryEvent {
  readonly id: number;
  readonly at: string;
  readonly type: string;
  readonly previous: number;
  /** Of the state that was entered or exited. */
  readonly name?: string;
  readonly error?: string;
  readonly cause?: string;
}

export interface ExecutionHistory extends ExecutionSummary {
  readonly error: string | null;
  readonly cause: string | null;
  /** The oldest first; none when the local cloud keeps no history of it any more. */
  readonly history: readonly HistoryEvent[];
}

export interface DeclaredMachine {
  readonly stateMachineArn: string;
  readonly name: string;
  /** In the Amazon States Language, as JSON. */
  readonly definition: string;
}

export interface StepFunctions {
  readonly api: AwsApi;
  /** Continues what an earlier process left, and from now on runs what is started: call it when functions can run. */
  resume(): void;
  /** Leaves running executions as they stand. */
  stop(): void;
  /** Newest first. */
  executions(limit: number): ExecutionSummary[];
  /** What has changed since; `finished` of the first question is 0. */
  executionsSince(finished: number, limit: number): ExecutionChanges;
  history(executionArn: string): ExecutionHistory | undefined;
  machines(): DeclaredMachine[];
}

const LONGEST_LISTED_INPUT = 1_024;
const LONGEST_HISTORY = 2_000;
const MOST_MACHINES = 100;

/** Starts Step Functions with STANDARD state machines in JSONPath; executions live in the store. */
export function startStepFunctions(options: StepFunctionsOptions): StepFunctions {
  const { region, invoke, aws, clock = systemClock, random = Math.random } = options;
  const store = new ExecutionStore(options.store);
  const driver = new Driver({ region, store, clock, random, invoke, aws });
  return {
    api: stepFunctionsApi({ region, store, driver, clock }),
    resume: () => driver.resume(),
    stop: () => driver.stop(),
    executions: (limit) =>
      store.executions({ before: Number.MAX_SAFE_INTEGER, limit }).map((row) => summaryOf(row, store)),
    executionsSince(finished, limit) {
      const rows = store.executionsSince(finished, limit);
      return {
        executions: rows.map((row) => summaryOf(row, store)),
        finished: rows.reduce((last, row) => Math.max(last, row.finished ?? 0), finished),
      };
    },
    history(executionArn) {
      const row = store.execution(executionArn);
      if (!row) return undefined;
      const { error, cause } = row;
      const events = store.events(row.id, { after: 0, limit: LONGEST_HISTORY, isReversed: false });
      return { ...summaryOf(row, store), error, cause, history: events.map(historyEvent) };
    },
    machines: () =>
      store
        .machines('', MOST_MACHINES)
        .map(({ arn: stateMachineArn, name, definition }) => ({ stateMachineArn, name, definition })),
  };
}

function summaryOf(row: ExecutionRow, store: ExecutionStore): ExecutionSummary {
  const positions = row.status === 'RUNNING' ? positionsOf(row, store) : [];
  return {
    number: row.id,
    executionArn: row.arn,
    stateMachineArn: row.machineArn,
    name: row.name,
    status: row.status,
    startDate: new Date(row.startedAt).toISOString(),
    stopDate: row.stoppedAt === null ? null : new Date(row.stoppedAt).toISOString(),
    // A line that has come to its end, or that has branches, is in no state of its own.
    states: positions
      .filter(({ output, isForked }) => output === undefined && !isForked)
      .map(({ state }) => state),
    events: positions.reduce((last, { lastEvent }) => Math.max(last, lastEvent), 0),
    input: row.input.length > LONGEST_LISTED_INPUT ? null : row.input,
  };
}

function positionsOf({ id }: ExecutionRow, store: ExecutionStore): Position[] {
  return [...store.positions(id).values()].map((json) => JSON.parse(json) as Position);
}

function historyEvent({ id, at, type, previous, details }: EventRow): HistoryEvent {
  const { name, error, cause } = JSON.parse(details) as Pick<HistoryEvent, 'name' | 'error' | 'cause'>;
  return {
    ...{ id, at: new Date(at).toISOString(), type, previous },
    ...(name !== undefined && { name }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
}
