import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Api } from './api.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Execution, ExecutionHistory, Frame } from './frame.ts';
import { isFinal, type Live, liveStatuses, type PushedStatus, type Socket } from './live.ts';
import { type KnownOrder, type OrderReference, orderOf, standingOf, toRead } from './orders.ts';
import { applied, NOTHING, type State } from './state.ts';

/** What happens outside of the page, and when. */
export interface World {
  readonly api: Api;
  readonly now: () => number;
  /** Opens the stream of frames, and answers what closes it. */
  readonly open: (listener: StreamListener) => () => void;
  readonly connect: (url: string, protocols: string[]) => Socket;
  /** Calls again and again after so many milliseconds. */
  readonly every: (milliseconds: number, work: () => void) => void;
}

export interface StreamListener {
  onFrame(frame: Frame): void;
  /** The stream opens again by itself. */
  onLost(): void;
}

/** What the page shows and may change. */
export interface Model {
  readonly api: Api;
  readonly state: ReadonlySignal<State>;
  /** Undefined until it is known for the first time. */
  readonly isConnected: ReadonlySignal<boolean | undefined>;
  /** In milliseconds since the epoch, second by second. */
  readonly now: ReadonlySignal<number>;
  /** Those that work on orders. */
  readonly orders: ReadonlySignal<readonly Execution[]>;
  /** By the ARN of the execution. */
  readonly known: ReadonlySignal<ReadonlyMap<string, KnownOrder>>;
  /** The last status that was pushed of an order, by its id. */
  readonly pushed: ReadonlySignal<ReadonlyMap<string, PushedStatus>>;
  /** The name of the execution that is looked at, which may not have begun yet. */
  readonly selected: Signal<string | undefined>;
  readonly execution: ReadonlySignal<Execution | undefined>;
  readonly history: ReadonlySignal<ExecutionHistory | undefined>;
  /** The executions in view, whose orders are read. */
  readonly inView: Signal<readonly Execution[]>;
  /** What is said to who does not see the page. */
  readonly announced: ReadonlySignal<string>;
  /** Opens the stream, or closes it while nobody looks. */
  show(isVisible: boolean): void;
  /** Puts the plan in force; the state has it at once, and not with the next frame. */
  setFaults(plan: FaultPlan): Promise<void>;
  announce(text: string): void;
}

/** Orders in view are read a few at a time, so that a page of them is no load. */
const READ_EVERY_MS = 400;
const READ_AT_ONCE = 8;
const READ_AGAIN_AFTER_MS = 10_000;
const CLOCK_MS = 1_000;
const RENEW_MS = 2_000;

/** Starts to follow the local cloud. */
export function startModel({ api, now: time, open, connect, every }: World): Model {
  const state = signal(NOTHING);
  const isConnected = signal<boolean>();
  const now = signal(time());
  const known = signal<ReadonlyMap<string, KnownOrder>>(new Map());
  const pushed = signal<ReadonlyMap<string, PushedStatus>>(new Map());
  const selected = signal<string>();
  const history = signal<ExecutionHistory>();
  const inView = signal<readonly Execution[]>([]);
  const announced = signal('');
  const orders = computed(() => state.value.executions.filter((one) => orderOf(one) !== undefined));
  const execution = computed(() => state.value.executions.find(({ name }) => name === selected.value));
  /** When the order of an execution that stood so could not be read. */
  let failures: ReadonlyMap<string, { status: Execution['status']; at: number }> = new Map();
  const inFlight = new Set<string>();
  let close: (() => void) | undefined;

  const read = async (one: Execution, reference: OrderReference) => {
    inFlight.add(one.executionArn);
    try {
      const order = await api.order(reference);
      known.value = new Map(known.value).set(one.executionArn, { order, executionStatus: one.status });
    } catch {
      // The row shows what the execution tells; it is read again when that changes, or after some time.
      failures = new Map(failures).set(one.executionArn, { status: one.status, at: time() });
    } finally {
      inFlight.delete(one.executionArn);
    }
  };
  const readInView = () => {
    if (!close) return;
    const missing = toRead(inView.value, known.value).filter(({ executionArn, status }) => {
      const failure = failures.get(executionArn);
      const hasFailed = failure?.status === status && time() - failure.at < READ_AGAIN_AFTER_MS;
      return !hasFailed && !inFlight.has(executionArn);
    });
    for (const one of missing.slice(0, Math.max(0, READ_AT_ONCE - inFlight.size))) {
      const reference = orderOf(one);
      if (reference) void read(one, reference);
    }
  };

  const onStatus = (status: PushedStatus) => {
    const { orderId, sequence } = status;
    if (sequence <= (pushed.peek().get(orderId)?.sequence ?? 0)) return;
    pushed.value = new Map(pushed.peek()).set(orderId, status);
    const one = [execution.peek(), ...inView.peek()].find((each) => each?.name === orderId);
    const reference = one && orderOf(one);
    // A row shows nothing else that changes, once its order has a total.
    const isComplete = one !== execution.peek() && one && known.peek().get(one.executionArn)?.order.total;
    if (reference && !isComplete) void read(one, reference);
  };
  let live: Live | undefined;
  const liveUrl = computed(() => state.value.live);
  effect(() => {
    live?.close();
    const { value: url } = liveUrl;
    live =
      url === undefined ? undefined : liveStatuses({ url, token: api.token, connect, now: time, onStatus });
  });
  const followRunning = () => {
    for (const one of [...(execution.value ? [execution.value] : []), ...inView.value]) {
      const hasEnded = one.status !== 'RUNNING' || isFinal(pushed.peek().get(one.name)?.status ?? '');
      const reference = hasEnded ? undefined : orderOf(one);
      if (reference) live?.follow(reference);
    }
  };
  effect(followRunning);

  let isReading = false;
  let wanted: Execution | undefined;
  /** Only the last of several changes is looked at. */
  const look = async () => {
    if (isReading) return;
    isReading = true;
    for (let one = wanted; one; one = wanted) {
      wanted = undefined;
      const reference = orderOf(one);
      const [found] = await Promise.all([
        api.history(one.executionArn).catch(() => undefined),
        // Each status that is pushed has the order read.
        reference && !live?.follows(reference) && read(one, reference),
      ]);
      if (found?.name === selected.peek()) history.value = found;
    }
    isReading = false;
  };
  effect(() => {
    wanted = execution.value;
    if (wanted?.name !== history.peek()?.name) history.value = undefined;
    void look();
  });
  const standing = computed(() => {
    const one = execution.value;
    if (!one) return '';
    const order = known.value.get(one.executionArn)?.order;
    const { word } = standingOf(one, order, pushed.value.get(one.name)?.status);
    return `Order ${one.name.slice(-8)}: ${word}`;
  });
  effect(() => {
    if (standing.value) announced.value = standing.value;
  });
  every(READ_EVERY_MS, readInView);
  every(RENEW_MS, () => {
    if (!close || !isConnected.peek()) return;
    live?.renew();
    followRunning();
  });
  every(CLOCK_MS, () => {
    now.value = time();
  });

  /** What is known of executions that the state has no more. */
  const forgetGone = () => {
    const { executions } = state.peek();
    const arns = new Set(executions.map(({ executionArn }) => executionArn));
    known.value = only(known.peek(), arns);
    failures = only(failures, arns);
    pushed.value = only(pushed.peek(), new Set(executions.map(({ name }) => name)));
  };
  const listener: StreamListener = {
    onFrame(frame) {
      if (frame.isWhole) failures = new Map();
      isConnected.value = true;
      state.value = applied(state.value, frame);
      forgetGone();
    },
    onLost() {
      isConnected.value = false;
    },
  };
  return {
    ...{
      api,
      state,
      isConnected,
      now,
      orders,
      known,
      pushed,
      selected,
      execution,
      history,
      inView,
      announced,
    },
    show(isVisible) {
      close?.();
      close = isVisible ? open(listener) : undefined;
      if (!isVisible) live?.close();
    },
    async setFaults(plan) {
      const { seed, rules } = await api.setFaults(plan);
      state.value = {
        ...state.value,
        faults: { seed, rules: rules.map((rule) => ({ ...rule, struck: 0 })) },
      };
    },
    announce(text) {
      announced.value = text;
    },
  };
}

/** The same map when nothing is to go. */
function only<Value>(map: ReadonlyMap<string, Value>, keys: ReadonlySet<string>): ReadonlyMap<string, Value> {
  const left = [...map].filter(([key]) => keys.has(key));
  return left.length === map.size ? map : new Map(left);
}
