import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import { ruleOf, timestamp } from './choice.ts';
import type { Clock } from './clock.ts';
import {
  type Branch,
  branchesOf,
  type ChoiceState,
  type ForkingState,
  parseDefinition,
  type State,
  type TaskState,
  type WaitState,
} from './definition.ts';
import { templateOf } from './expressions.ts';
import { failureOf, Interrupted, StateFailure } from './failure.ts';
import { inputOf, Journal, type Line, outputOf, type Position } from './journal.ts';
import { place, type Scope, select } from './paths.ts';
import { matches, retryDelayMs } from './retry.ts';
import type { Ending, ExecutionRow, ExecutionStore } from './store.ts';
import { canCallBack, isFunction, namesOf, perform, type TaskPorts } from './tasks.ts';
import { newToken, type TokenOutcome } from './tokens.ts';

/** Of what goes into a state or comes out of it, in bytes of UTF-8. */
export const MAX_DATA_BYTES = 262_144;
/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const MAX_ITERATIONS_AT_ONCE = 40;
/** After so many events without a wait they are written, and others get their turn. */
const EVENTS_AT_ONCE = 100;
const NEVER = Number.MAX_SAFE_INTEGER;

interface Step {
  readonly output: unknown;
  readonly next?: string | undefined;
}

export interface ExecutionOptions extends TaskPorts {
  readonly region: string;
  readonly store: ExecutionStore;
  readonly clock: Clock;
  readonly random: () => number;
  /** What to call when something came back with a token. */
  readonly waiting: Map<string, () => void>;
}

/** One execution of a state machine, from where it stands in the store to its end. */
export class Execution {
  readonly #row: ExecutionRow;
  readonly #options: ExecutionOptions;
  readonly #journal: Journal;
  readonly #input: unknown;
  readonly #controller = new AbortController();

  constructor(row: ExecutionRow, options: ExecutionOptions) {
    this.#row = row;
    this.#options = options;
    this.#journal = new Journal(row, options.store, options.clock);
    this.#input = JSON.parse(row.input);
  }

  async run(): Promise<void> {
    const { signal } = this.#controller;
    const machine = parseDefinition(this.#row.definition);
    if (machine.TimeoutSeconds !== undefined) {
      const deadline = this.#row.startedAt + machine.TimeoutSeconds * 1_000;
      void this.#options.clock.until(deadline, signal).then(() => this.end({ status: 'TIMED_OUT' }));
    }
    const start = { state: machine.StartAt, input: this.#input, lastEvent: 0 };
    const main = this.#journal.line('', signal, {}, start);
    try {
      const output = JSON.stringify(await this.#follow(machine, main));
      this.end({ status: 'SUCCEEDED', output }, main);
    } catch (thrown) {
      if (thrown instanceof Interrupted) return;
      const { error, cause } = failureOf(thrown);
      this.end({ status: 'FAILED', error, cause }, main);
    }
  }

  /** Stops without a trace, as if the process had ended. */
  interrupt(): void {
    this.#controller.abort();
  }

  /** Ends it, unless it has ended, and says when. */
  end(ending: Ending, line?: Line): number {
    if (this.#controller.signal.aborted) return this.#options.clock.now();
    this.#controller.abort();
    return this.#journal.end(ending, line);
  }

  async #follow(branch: Branch, line: Line): Promise<unknown> {
    while (!line.position.output) {
      const { state: name } = line.position;
      const state = branch.States[name];
      if (!state) throw new StateFailure('States.Runtime', `There is no state ${name}.`);
      const { next, output } = await this.#visit(state, line);
      const { lastEvent } = line.position;
      const end = { state: name, input: null, lastEvent, output: { value: output } };
      line.position = next === undefined ? end : { state: next, input: output, lastEvent };
      if (line.pending.length < EVENTS_AT_ONCE) continue;
      this.#journal.commit(line);
      await turn();
    }
    return line.position.output.value;
  }

  async #visit(state: State, line: Line): Promise<Step> {
    const { state: name, input } = line.position;
    if (line.position.enteredAt === undefined) {
      line.position.enteredAt = this.#options.clock.now();
      this.#journal.record(line, `${state.Type}StateEntered`, { name, ...inputOf(input) });
    }
    for (;;) {
      const attempt = this.#attempt(state, line);
      const step = await attempt.catch((thrown) => this.#handled(failureOf(thrown), state, line));
      if (!step) continue;
      this.#journal.record(line, `${state.Type}StateExited`, { name, ...outputOf(step.output) });
      return step;
    }
  }

  /** Nothing means that the state is tried again. */
  #handled(failure: StateFailure, state: State, line: Line): Step | undefined {
    const { Retry = [], Catch = [] } = 'Retry' in state || 'Catch' in state ? state : {};
    const { state: name, input, enteredAt = 0, lastEvent, retries = Retry.map(() => 0) } = line.position;
    const index = Retry.findIndex((retrier) => matches(retrier, failure));
    const retrier = Retry[index];
    const delay = retrier && retryDelayMs(retrier, retries[index] ?? 0, this.#options.random);
    if (delay !== undefined) {
      const counted = retries.map((count, which) => (which === index ? count + 1 : count));
      const due = this.#options.clock.now() + delay;
      line.position = { state: name, input, enteredAt, lastEvent, retries: counted, due };
      this.#journal.commit(line);
      return undefined;
    }
    const catcher = Catch.find((each) => matches(each, failure));
    if (!catcher) throw failure;
    const caught = { Error: failure.error ?? '', Cause: failure.cause ?? '' };
    return { next: catcher.Next, output: place(catcher.ResultPath, input, caught) };
  }

  async #attempt(state: State, line: Line): Promise<Step> {
    const { position } = line;
    if (state.Type !== 'Wait' && position.due !== undefined) await this.#until(position.due, line.signal);
    if (state.Type === 'Task' && canCallBack(state.Resource)) position.token ??= newToken(this.#row.arn);
    const scope = (data: unknown): Scope => ({ data, context: this.#context(line) });
    if (state.Type === 'Fail') {
      const at = scope(position.input);
      const error = valueAt(state.ErrorPath, at, z.string()) ?? state.Error;
      throw new StateFailure(error, valueAt(state.CausePath, at, z.string()) ?? state.Cause);
    }

    const filtered = (path: string | null | undefined, data: unknown) => {
      if (path === undefined) return data;
      return path === null ? {} : select(path, scope(data));
    };
    const filled = (template: unknown, data: unknown) =>
      template === undefined ? data : limited(templateOf(template)(scope(data)), position.state);
    const leave = (result: unknown, next: string | undefined): Step => ({
      output: limited(filtered(state.OutputPath, result), position.state),
      next,
    });
    const input = filtered(state.InputPath, position.input);
    switch (state.Type) {
      case 'Succeed':
        return leave(input, undefined);
      case 'Choice':
        return leave(input, nextOf(state, scope(input)));
      case 'Wait':
        position.due ??= endOfWait(state, scope(input), this.#options.clock.now());
        this.#journal.commit(line);
        await this.#until(position.due, line.signal);
        return leave(input, state.Next);
    }

    const data = state.Type === 'Map' ? input : filled(state.Parameters, input);
    if (state.Type === 'Pass') {
      const result = 'Result' in state ? state.Result : data;
      return leave(place(state.ResultPath, position.input, result), state.Next);
    }
    const answer =
      state.Type === 'Task'
        ? await this.#task(state, data, scope(input), line)
        : await this.#fork(state, data, scope(input), line);
    const result = filled(state.ResultSelector, answer);
    return leave(place(state.ResultPath, position.input, result), state.Next);
  }

  async #task(state: TaskState, data: unknown, scope: Scope, line: Line): Promise<unknown> {
    const { position, signal } = line;
    const { Resource: resource } = state;
    const timeout = valueAt(state.TimeoutSecondsPath, scope, z.int().min(1)) ?? state.TimeoutSeconds;
    const heartbeat = valueAt(state.HeartbeatSecondsPath, scope, z.int().min(1)) ?? state.HeartbeatSeconds;
    const [kind, names] = isFunction(resource) ? ['LambdaFunction', {}] : ['Task', namesOf(resource)];
    const record = (what: string, details?: object) =>
      this.#journal.record(line, `${kind}${what}`, details && { ...names, ...details });
    try {
      if (position.timeoutAt === undefined) {
        const { region } = this.#options;
        const { input, ...how } = inputOf(data);
        const times = { timeoutInSeconds: timeout, heartbeatInSeconds: heartbeat };
        const about = isFunction(resource) ? { resource, input, ...how } : { region, parameters: input };
        record('Scheduled', { ...about, ...times });
        record('Started', isFunction(resource) ? undefined : {});
        this.#journal.commit(line);
        const timeoutAt = timeout === undefined ? null : this.#options.clock.now() + timeout * 1_000;
        const caller = { executionArn: this.#row.arn, machineArn: this.#row.machineArn };
        const answering = perform(resource, data, this.#options, caller);
        const answer = limited(await this.#within(answering, timeoutAt ?? NEVER, signal), resource);
        record(position.token === undefined ? 'Succeeded' : 'Submitted', outputOf(answer));
        if (position.token === undefined) return answer;
        position.timeoutAt = timeoutAt;
        this.#journal.commit(line);
      }
      const result = await this.#cameBack(position, heartbeat, signal);
      record('Succeeded', outputOf(result));
      return result;
    } catch (thrown) {
      const failure = failureOf(thrown);
      const { error, cause } = failure;
      record(error === 'States.Timeout' ? 'TimedOut' : 'Failed', { error, cause });
      throw failure;
    }
  }

  /** What came back with the token of the task. */
  async #cameBack(position: Position, heartbeat: number | undefined, signal: AbortSignal): Promise<unknown> {
    const { store, clock, waiting } = this.#options;
    const { token = '', timeoutAt } = position;
    for (;;) {
      const { outcome, heartbeatAt = 0 } = store.token(token) ?? {};
      if (outcome) {
        const came: TokenOutcome = JSON.parse(outcome);
        if ('output' in came) return JSON.parse(came.output);
        throw new StateFailure(came.error, came.cause);
      }
      const silentAt = heartbeat === undefined ? NEVER : heartbeatAt + heartbeat * 1_000;
      const due = Math.min(silentAt, timeoutAt ?? NEVER);
      if (due <= clock.now()) throw new StateFailure('States.Timeout', undefined, due === silentAt);
      const woken = new AbortController();
      waiting.set(token, () => woken.abort());
      await clock.until(due, AbortSignal.any([signal, woken.signal]));
      waiting.delete(token);
      if (signal.aborted) throw new Interrupted();
    }
  }

  /** Runs the branches or the iterations, which go on after a restart from where each of them stands. */
  async #fork(state: ForkingState, data: unknown, scope: Scope, line: Line): Promise<unknown[]> {
    const { position } = line;
    const branches = branchesOf(state);
    const isMap = state.Type === 'Map';
    const items = isMap ? valueAt(state.ItemsPath ?? '$', scope, z.array(z.unknown())) : undefined;
    const selector = isMap ? (state.ItemSelector ?? state.Parameters) : undefined;
    const selected = selector && templateOf(selector);
    if (!position.isForked) {
      this.#journal.record(line, `${state.Type}StateStarted`, items && { length: items.length });
      position.isForked = true;
      this.#journal.commit(line);
    }
    const over = new AbortController();
    const signal = AbortSignal.any([line.signal, over.signal]);
    const { lastEvent } = position;

    const run = async (index: number): Promise<unknown> => {
      const branch = branches[items ? 0 : index];
      if (!branch) throw new StateFailure('States.Runtime', `There is nothing to run in ${position.state}.`);
      const item = items ? { Map: { Item: { Index: index, Value: items[index] } } } : line.item;
      const unselected = items ? items[index] : data;
      const inContext = { data: scope.data, context: { ...scope.context, ...item } };
      const input = selected ? selected(inContext) : unselected;
      const start = { state: branch.StartAt, input, lastEvent };
      const child = this.#journal.line(`${line.path}/${index}`, signal, item, start);
      const isDone = child.position.output !== undefined;
      const record = (what: string) => {
        if (items) this.#journal.record(child, `MapIteration${what}`, { name: position.state, index });
      };
      if (child.isNew) record('Started');
      try {
        const output = await this.#follow(branch, child);
        if (!isDone) record('Succeeded');
        if (!isDone) this.#journal.commit(child);
        return output;
      } catch (thrown) {
        const failure = failureOf(thrown);
        record('Failed');
        this.#journal.commit(child);
        throw failure;
      } finally {
        position.lastEvent = Math.max(position.lastEvent, child.position.lastEvent);
      }
    };

    try {
      const outputs = await inParallel(items?.length ?? branches.length, atOnce(state, scope), run);
      this.#journal.record(line, `${state.Type}StateSucceeded`);
      return outputs;
    } catch (thrown) {
      const failure = failureOf(thrown);
      over.abort();
      this.#journal.record(line, `${state.Type}StateFailed`);
      throw failure;
    } finally {
      this.#journal.rejoin(line);
    }
  }

  #context({ position, item }: Line): Record<string, unknown> {
    const { arn, name, machineArn, roleArn, startedAt } = this.#row;
    const { state, enteredAt = 0, retries = [], token } = position;
    const StartTime = new Date(startedAt).toISOString();
    const RetryCount = retries.reduce((sum, count) => sum + count, 0);
    return {
      Execution: { Id: arn, Input: this.#input, Name: name, RoleArn: roleArn, StartTime, RedriveCount: 0 },
      StateMachine: { Id: machineArn, Name: machineArn.split(':').at(-1) },
      State: { Name: state, EnteredTime: new Date(enteredAt).toISOString(), RetryCount },
      ...(token && { Task: { Token: token } }),
      ...item,
    };
  }

  async #until(time: number, signal: AbortSignal): Promise<void> {
    await this.#options.clock.until(time, signal);
    if (signal.aborted) throw new Interrupted();
  }

  /** What comes later than the time-out, or after the line is over, is of no effect. */
  #within<Result>(work: Promise<Result>, timeoutAt: number, signal: AbortSignal): Promise<Result> {
    const done = new AbortController();
    const late = this.#until(timeoutAt, AbortSignal.any([signal, done.signal])).then(() => {
      throw new StateFailure('States.Timeout');
    });
    return Promise.race([work, late]).finally(() => done.abort());
  }
}

function limited<Data>(data: Data, owner: string): Data {
  if (Buffer.byteLength(JSON.stringify(data)) <= MAX_DATA_BYTES) return data;
  const cause = `The state/task '${owner}' returned a result with a size exceeding ${MAX_DATA_BYTES} bytes.`;
  throw new StateFailure('States.DataLimitExceeded', cause);
}

/** What the path selects, if there is one. */
function valueAt<Value>(path: string | undefined, scope: Scope, kind: z.ZodType<Value>): Value | undefined {
  const result = path === undefined ? undefined : kind.safeParse(select(path, scope));
  if (!result?.error) return result?.data;
  throw new StateFailure('States.Runtime', `The path ${path}: ${result.error.issues[0]?.message}.`);
}

function nextOf({ Choices, Default }: ChoiceState, scope: Scope): string {
  const next = Choices.find((rule) => ruleOf(rule)(scope))?.Next ?? Default;
  if (next !== undefined) return next;
  throw new StateFailure('States.NoChoiceMatched', 'No rule of the Choice state matched.');
}

function endOfWait(state: WaitState, scope: Scope, now: number): number {
  const seconds = valueAt(state.SecondsPath, scope, z.int().min(0)) ?? state.Seconds;
  if (seconds !== undefined) return now + seconds * 1_000;
  return Date.parse(valueAt(state.TimestampPath, scope, timestamp) ?? state.Timestamp ?? '');
}

function atOnce(state: ForkingState, scope: Scope): number {
  if (state.Type === 'Parallel') return state.Branches.length;
  const wanted = valueAt(state.MaxConcurrencyPath, scope, z.int().min(0)) ?? state.MaxConcurrency;
  return Math.min(wanted || MAX_ITERATIONS_AT_ONCE, MAX_ITERATIONS_AT_ONCE);
}

/** Runs what has an index, so many at once; the first failure is the failure of all. */
async function inParallel(
  count: number,
  workers: number,
  run: (index: number) => Promise<unknown>,
): Promise<unknown[]> {
  const outputs: unknown[] = [];
  const indexes = Array.from({ length: count }).keys();
  const work = async () => {
    for (const index of indexes) outputs[index] = await run(index);
  };
  await Promise.all(Array.from({ length: Math.min(workers, count) }, work));
  return outputs;
}
