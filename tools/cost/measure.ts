import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../../bench/statistics.ts';
import { type AwsClient, awsClient } from '../../offline/aws/client.ts';
import type { WorkerStart } from '../../offline/lambda/instance.ts';
import type { RunnableFunction } from '../../offline/lambda/runner.ts';
import type { InvocationEntry } from '../../offline/log.ts';
import type { LambdaFunction } from '../../offline/services/lambda/index.ts';
import { until } from '../../offline/test/processes.ts';
import { type LocalCloud, startLocalCloud } from '../../offline/testing/local-cloud.ts';
import { httpEvent, jsonEvent } from '../../shared/testing/http-event.ts';
import { itemsFile } from '../generate-items.ts';
import { type Consumption, type Front, nothing, type Rounds, startFront } from './meter/front.ts';
import type { Replay } from './meter/memory-child.ts';
import { type Metered, metered } from './meter/metered.ts';
import type { Action, ActionUsage, FunctionUsage, Usage } from './usage.ts';

const REGION = 'eu-west-1';
const ITEMS = Array.from({ length: 20 }, (_, number) => `cost-${number}`);

export interface Extent {
  /** How often each action is done, after once to warm up. */
  readonly actions: number;
  /** Of one file. */
  readonly rows: number;
  /** Nothing more comes of an action once nothing has for so long. */
  readonly quietMs: number;
}

export interface Measurement {
  /** The day, as YYYY-MM-DD. */
  readonly today: string;
  readonly progress: (line: string) => void;
  /** Ends the measurement when it is aborted, and what it has started. */
  readonly signal: AbortSignal;
  readonly extent?: Extent;
}

const WHOLE: Extent = { actions: 40, rows: 2_000, quietMs: 8_000 };
/** The queue of an import gathers messages for five seconds. */
const IMPORT_QUIET_MS = 7_000;
const LONGEST_ORDER_MS = 60_000;
/** So many of its events are handled to see how much memory a function takes. */
const REPLAYED = 5;
/** They come by the clock, whatever is done. */
const SCHEDULED = ['sweepOrders', 'dailyCleanup', 'dailyReport', 'abandonOrders'];

interface Shop {
  readonly cloud: LocalCloud;
  readonly aws: AwsClient;
  ask(functionKey: string, event: object): Promise<string>;
}

/** Runs the whole application in a local cloud, does each action so often, and says what it took. */
export async function measure({ today, progress, signal, extent = WHOLE }: Measurement): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-cost-'));
  const file = join(folder, 'runs.ndjson');
  writeFileSync(file, '');
  const fronts = new Map<string, Front>();
  const runnables = new Map<string, RunnableFunction>();
  let cloud: LocalCloud | undefined;
  try {
    cloud = await startLocalCloud({
      run: true,
      async prepare(functions, awsUrl) {
        const prepared = new Map<string, LambdaFunction>();
        for (const [key, entry] of functions) {
          const front = await startFront(awsUrl);
          fronts.set(key, front);
          const runnable = behindFront(entry.runnable, awsUrl, front.url);
          runnables.set(key, runnable);
          prepared.set(key, withMeter(entry, runnable, key, file));
        }
        return prepared;
      },
    });
    const measuring = new Measuring(cloud, file, fronts, { extent, signal });
    const actions = await measuring.all(progress);
    progress('memory of each function');
    const memoryMb = await memoryOf(runnables, measuring.runs, signal);
    const machine = {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model ?? 'unknown',
    };
    return { measured: today, machine, actions, memoryMb };
  } finally {
    await cloud?.stop();
    for (const front of fronts.values()) front.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The function with its AWS, queues included, behind the front; it logs as a stage does by default. */
function behindFront(runnable: RunnableFunction, awsUrl: string, frontUrl: string): RunnableFunction {
  const { POWERTOOLS_METRICS_DISABLED: _, ...environment } = Object.fromEntries(
    Object.entries(runnable.environment).map(([name, value]) => [name, value.replaceAll(awsUrl, frontUrl)]),
  );
  return { ...runnable, environment: { ...environment, LOG_LEVEL: 'INFO' } };
}

function withMeter(
  entry: LambdaFunction,
  runnable: RunnableFunction,
  functionKey: string,
  file: string,
): LambdaFunction {
  const { moduleUrl, exportName } = runnable.start;
  const start = {
    ...runnable.start,
    moduleUrl: metered({ module: moduleUrl, exportName, functionKey, file }),
    exportName: 'handler',
  };
  return { ...entry, runnable: { ...runnable, start } };
}

/** Goes through the actions one after the other; what happens between two looks belongs to the first. */
class Measuring {
  readonly #shop: Shop;
  readonly #file: string;
  readonly #fronts: ReadonlyMap<string, Front>;
  readonly #extent: Extent;
  readonly #signal: AbortSignal;
  #logBytes = 0;
  #invocations = 0;
  #runs = 0;

  constructor(
    cloud: LocalCloud,
    file: string,
    fronts: ReadonlyMap<string, Front>,
    { extent, signal }: { extent: Extent; signal: AbortSignal },
  ) {
    this.#extent = extent;
    this.#signal = signal;
    this.#file = file;
    this.#fronts = fronts;
    const aws = awsClient(cloud.endpoint, REGION);
    this.#shop = {
      cloud,
      aws,
      async ask(functionKey, event) {
        const path = `/2015-03-31/functions/shop-test-${functionKey}/invocations`;
        const response = await aws.rest('lambda', 'POST', path, JSON.stringify(event));
        const { statusCode, body = '' } = (await response.json()) as { statusCode?: number; body?: string };
        if (!statusCode || statusCode >= 300)
          throw new Error(`${functionKey} answered ${statusCode}: ${body}`);
        return body;
      },
    };
  }

  get runs(): Metered[] {
    const lines = readFileSync(this.#file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line));
  }

  async all(progress: (line: string) => void): Promise<Record<Action, ActionUsage>> {
    const write = process.stdout.write;
    // What functions print comes out of this process.
    process.stdout.write = ((text: string | Uint8Array) => {
      this.#logBytes += Buffer.byteLength(text);
      return true;
    }) as typeof write;
    try {
      progress('a catalogue of 20 items');
      for (const id of ITEMS) await createItem(this.#shop, id);
      const found: Partial<Record<Action, ActionUsage>> = {};
      const { actions, rows } = this.#extent;
      for (const [action, { act, count }] of Object.entries(actsOf(this.#extent)) as [Action, Act][]) {
        const quietMs = action === 'importedRow' ? IMPORT_QUIET_MS : this.#extent.quietMs;
        await act(this.#shop, 0);
        await this.#settled(quietMs);
        this.#usage(1);
        progress(`${action}, ${action === 'importedRow' ? `a file of ${rows} rows` : `${count} times`}`);
        for (let number = 1; number <= count; number += 1) {
          this.#signal.throwIfAborted();
          await act(this.#shop, number);
        }
        await this.#settled(quietMs);
        const executions = action === 'order' ? await executionsOf(this.#shop, actions) : undefined;
        found[action] = { ...this.#usage(action === 'importedRow' ? rows : actions), ...executions };
      }
      return found as Record<Action, ActionUsage>;
    } finally {
      process.stdout.write = write;
    }
  }

  /** Resolves when no function has ended a run for a while: of what has no last sign only quiet tells that it is over. */
  async #settled(quietMs: number): Promise<void> {
    const { invocations } = this.#shop.cloud;
    for (let count = -1; count !== invocations.length; ) {
      count = invocations.length;
      await delay(quietMs, undefined, { signal: this.#signal });
    }
  }

  /** What was taken since the last look, for each of so many actions. */
  #usage(actions: number): ActionUsage {
    const invocations = this.#shop.cloud.invocations
      .slice(this.#invocations)
      .filter(({ functionKey }) => !SCHEDULED.includes(functionKey));
    const runs = this.runs.slice(this.#runs).filter(({ functionKey }) => !SCHEDULED.includes(functionKey));
    this.#invocations = this.#shop.cloud.invocations.length;
    this.#runs = this.runs.length;
    const logBytes = this.#logBytes;
    this.#logBytes = 0;
    const asked = new Map([...this.#fronts].map(([key, front]) => [key, front.take()]));
    for (const key of SCHEDULED) asked.delete(key);
    const { indexUnits, ...consumption } = together([...asked.values()].map((each) => each.consumption));
    const requests = invocations.filter(isRequest);
    const perAction = (value: number) => round(value / actions);
    // Of each batch Lambda asks the queue once to have it and once to delete it.
    const batches = invocations.filter(({ trigger }) => trigger.startsWith('SQS ')).length;
    return {
      actions,
      apiRequests: perAction(requests.length),
      functions: functionsOf(runs, actions, (key) => asked.get(key)?.rounds),
      ...mapValues({ ...consumption, sqsRequests: consumption.sqsRequests + 2 * batches }, perAction),
      indexUnits: mapValues(indexUnits, perAction),
      transitions: 0,
      workflowMs: 0,
      logBytes: perAction(logBytes),
      responseBytes: perAction(sum(requests.map(responseBytes))),
      // A workflow goes on with the trace of the request that started it.
      traces: perAction(invocations.filter(({ trigger }) => trigger !== 'state machine').length),
    };
  }
}

const isRequest = ({ invoked }: InvocationEntry) =>
  'payload' in invoked && invoked.payload.includes('"statusCode"');
const responseBytes = ({ invoked }: InvocationEntry) =>
  'payload' in invoked ? Buffer.byteLength(String(JSON.parse(invoked.payload).body ?? '')) : 0;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
/** Half a million actions are told from one more. */
const round = (value: number) => Number(value.toFixed(6));
const mapValues = <Key extends string>(
  values: Readonly<Record<Key, number>>,
  map: (value: number) => number,
) =>
  Object.fromEntries(Object.entries<number>(values).map(([key, value]) => [key, map(value)])) as Record<
    Key,
    number
  >;

function functionsOf(
  runs: readonly Metered[],
  actions: number,
  roundsOf: (functionKey: string) => Rounds | undefined,
): Record<string, FunctionUsage> {
  const byKey = Object.groupBy(runs, ({ functionKey }) => functionKey);
  const tenths = (value: number) => Number(value.toFixed(1));
  return Object.fromEntries(
    Object.entries(byKey).map(([key, all = []]) => {
      const warm = all.filter(({ isCold }) => !isCold);
      const cpu = (warm.length > 0 ? warm : all).map(({ cpuMs }) => cpuMs);
      const { dynamodb, others } = roundsOf(key) ?? { dynamodb: 0, others: 0 };
      return [
        key,
        {
          runs: round(all.length / actions),
          cpuMs: tenths(quantile(cpu, 0.5)),
          cpuP95Ms: tenths(quantile(cpu, 0.95)),
          rounds: { dynamodb: tenths(dynamodb / all.length), others: tenths(others / all.length) },
        },
      ];
    }),
  );
}

/** The sum of what all functions have asked. */
function together(all: readonly Consumption[]): Consumption {
  const total = nothing();
  for (const { indexUnits, ...counts } of all) {
    for (const [name, count] of Object.entries(counts)) total[name as keyof typeof counts] += count;
    for (const [name, units] of Object.entries(indexUnits))
      total.indexUnits[name] = (total.indexUnits[name] ?? 0) + units;
  }
  return total;
}

interface Act {
  readonly count: number;
  readonly act: (shop: Shop, number: number) => Promise<unknown>;
}

const editor = { sub: 'alice', scope: 'shop/items.write' };
const customer = { sub: 'bob', scope: 'shop/orders' };
const itemFor = (number: number) => ITEMS[number % ITEMS.length] ?? '';

function createItem({ ask }: Shop, id: string) {
  const price = { amount: 4_990, currency: 'EUR' };
  const item = { id, sku: id, name: 'Desk lamp', description: 'Bends.', category: 'lighting' };
  const body = { ...item, price, stock: 1_000_000, attributes: { colour: 'black', watts: 7 } };
  return ask('createItem', jsonEvent('POST /items', body, { claims: editor }));
}

const actsOf = ({ actions, rows }: Extent): Readonly<Record<Action, Act>> => ({
  itemRead: {
    count: actions,
    act: ({ ask }, number) =>
      ask('getItem', httpEvent({ routeKey: 'GET /items/{id}', pathParameters: { id: itemFor(number) } })),
  },
  itemPage: {
    count: actions,
    act: ({ ask }) => ask('listItems', httpEvent({ queryStringParameters: { limit: '20' } })),
  },
  itemWrite: {
    count: actions,
    act: ({ ask }, number) =>
      ask(
        'patchItem',
        jsonEvent(
          'PATCH /items/{id}',
          { price: { amount: 5_000 + number, currency: 'EUR' } },
          {
            claims: editor,
            pathParameters: { id: itemFor(number) },
            headers: { 'content-type': 'application/merge-patch+json' },
          },
        ),
      ),
  },
  order: {
    count: actions,
    async act({ cloud, ask }, number) {
      const completed = () =>
        cloud.invocations.filter(({ functionKey }) => functionKey === 'completeOrder').length;
      const before = completed();
      const lines = [
        { itemId: itemFor(number), quantity: 1 },
        { itemId: itemFor(number + 1), quantity: 2 },
      ];
      const headers = { 'idempotency-key': `cost-${number}` };
      const body = { lines, payment: { token: 'tok_ok' } };
      await ask('placeOrder', jsonEvent('POST /orders', body, { claims: customer, headers }));
      await until(() => completed() > before, LONGEST_ORDER_MS);
    },
  },
  importedRow: {
    count: 1,
    async act({ cloud, aws }, number) {
      const written = number === 0 ? 20 : rows;
      const response = await aws.rest(
        's3',
        'PUT',
        `/${cloud.resources.UploadsBucket}/uploads/cost-${number}.csv`,
        // Rows that are not there yet.
        [...itemsFile(written)].join('').replaceAll('item-', `cost-${number}-`),
      );
      if (!response.ok) throw new Error(`The upload was answered ${response.status}.`);
    },
  },
});

/** How many states an execution has entered, with each retry of a task, and how long it took. */
async function executionsOf({ cloud, aws }: Shop, count: number) {
  const states = <Output>(operation: string, input: object) =>
    aws.json<Output>('states', `AWSStepFunctions.${operation}`, input);
  const { executions } = await states<{
    executions: { executionArn: string; startDate: number; stopDate: number }[];
  }>('ListExecutions', { stateMachineArn: cloud.resources.OrderProcessing, maxResults: count });
  const transitions: number[] = [];
  for (const { executionArn } of executions) {
    const { events } = await states<{ events: { type: string }[] }>('GetExecutionHistory', { executionArn });
    const entered = events.filter(({ type }) => type.endsWith('StateEntered')).length;
    const retries = events.filter(({ type }) => /^(LambdaFunction|Task)(Failed|TimedOut)$/.test(type)).length;
    transitions.push(entered + retries);
  }
  return {
    transitions: round(sum(transitions) / transitions.length),
    workflowMs: Math.round(
      quantile(
        executions.map(({ startDate, stopDate }) => (stopDate - startDate) * 1_000),
        0.5,
      ),
    ),
  };
}

async function memoryOf(
  runnables: ReadonlyMap<string, RunnableFunction>,
  runs: readonly Metered[],
  signal: AbortSignal,
): Promise<Record<string, number>> {
  const memoryMb: Record<string, number> = {};
  for (const [key, { start, environment }] of runnables) {
    const events = runs.filter(({ functionKey }) => functionKey === key).slice(-REPLAYED);
    if (events.length === 0) continue;
    const replayed = events.map(({ event }) => event);
    memoryMb[key] = await peakMemory(start, { environment, events: replayed, signal });
  }
  return memoryMb;
}

async function peakMemory(
  { moduleUrl, exportName, context }: WorkerStart,
  {
    environment,
    events,
    signal,
  }: { environment: Readonly<Record<string, string>>; events: readonly unknown[]; signal: AbortSignal },
): Promise<number> {
  const child = fork(join(import.meta.dirname, 'meter/memory-child.ts'), {
    env: { ...environment, LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    signal,
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`The child that runs ${moduleUrl} ended with ${code} and no answer.`);
  });
  const replay: Replay = { module: moduleUrl, exportName, context, events };
  child.send(replay);
  const [megabytes]: [number] = await Promise.race([once(child, 'message') as Promise<[number]>, failed]);
  return Math.ceil(megabytes);
}
