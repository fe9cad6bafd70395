import type { AwsClient } from '../../aws/client.ts';
import type { Outcome } from '../../lambda/instance.ts';
import type { Store } from '../../store.ts';
import type { AwsApi } from '../service.ts';
import { stepFunctionsApi } from './api.ts';
import { type Clock, systemClock } from './clock.ts';
import { Driver } from './driver.ts';
import type { Position } from './journal.ts';
import { ExecutionStore, type Status } from './store.ts';

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
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: Status;
  readonly startDate: string;
  readonly stopDate: string | null;
  /** The states that it is in, one for each branch and iteration; none when it has ended. */
  readonly states: readonly string[];
}

export interface StepFunctions {
  readonly api: AwsApi;
  /** Continues what an earlier process left, and from now on runs what is started: call it when functions can run. */
  resume(): void;
  /** Leaves running executions as they stand. */
  stop(): void;
  /** Newest first. */
  executions(limit: number): ExecutionSummary[];
}

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
      store.executions({ before: Number.MAX_SAFE_INTEGER, limit }).map((row) => ({
        executionArn: row.arn,
        stateMachineArn: row.machineArn,
        name: row.name,
        status: row.status,
        startDate: new Date(row.startedAt).toISOString(),
        stopDate: row.stoppedAt === null ? null : new Date(row.stoppedAt).toISOString(),
        states: statesOf(store.positions(row.id)),
      })),
  };
}

/** A line that has come to its end, or that has branches, is in no state of its own. */
function statesOf(positions: ReadonlyMap<string, string>): string[] {
  return [...positions.values()]
    .map((json) => JSON.parse(json) as Position)
    .filter(({ output, isForked }) => output === undefined && !isForked)
    .map(({ state }) => state);
}
