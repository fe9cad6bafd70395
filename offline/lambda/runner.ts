import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Instance, type Observed, type Outcome, type WorkerStart } from './instance.ts';

/** A function as it can be run here. */
export interface RunnableFunction {
  readonly name: string;
  readonly start: WorkerStart;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Of its reserved concurrency; beyond it AWS throttles, and here invocations wait. */
  readonly maximumInstances?: number | undefined;
}

export type Invoked = Outcome & Observed & { readonly requestId: string; readonly durationMs: number };

/** An invocation that has not ended, waiting ones included. */
export interface InFlight {
  readonly functionKey: string;
  readonly requestId: string;
  /** In milliseconds since the epoch. */
  readonly since: number;
}

/** Decides whether a run is to be killed, and after how many milliseconds. */
export type Killer = (functionKey: string) => { readonly milliseconds: number } | undefined;

/** Beyond this many at once, invocations of a function wait: threads, unlike Lambda, share this machine. */
const MAX_INSTANCES = Math.max(2, availableParallelism());
/** About what a start costs: sooner, one that runs is likely to be free before a new one could begin. */
const PATIENCE_MS = 250;

const STOPPED = 'The local cloud has stopped.';
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
const TOO_LARGE: Outcome & Observed = {
  isCold: false,
  printed: '',
  error: {
    errorType: 'RequestTooLargeException',
    errorMessage: `The event is larger than ${MAX_EVENT_BYTES} bytes.`,
  },
};

/** Runs functions as Lambda does: instances are kept warm, and one runs a single invocation at a time. */
export class LambdaRunner {
  readonly #functions: ReadonlyMap<string, RunnableFunction>;
  readonly #pools = new Map<string, Pool>();
  readonly #inFlight = new Map<symbol, InFlight>();
  readonly #killer: Killer;
  #isStopped = false;

  constructor(functions: ReadonlyMap<string, RunnableFunction>, killer: Killer = () => undefined) {
    this.#functions = functions;
    this.#killer = killer;
  }

  get inFlight(): InFlight[] {
    return [...this.#inFlight.values()];
  }

  has(key: string): boolean {
    return this.#functions.has(key);
  }

  /** @throws Error when there is no such function, or after `stop`; what goes wrong inside it is an outcome */
  async invoke(key: string, event: unknown, requestId: string = randomUUID()): Promise<Invoked> {
    if (this.#isStopped) throw new Error(STOPPED);
    const definition = this.#functions.get(key);
    if (!definition) throw new Error(`There is no function "${key}".`);
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > MAX_EVENT_BYTES) return { ...TOO_LARGE, requestId, durationMs: 0 };
    const pool = this.#pools.get(key) ?? new Pool(definition);
    this.#pools.set(key, pool);
    const begin = performance.now();
    const run = Symbol();
    this.#inFlight.set(run, { functionKey: key, requestId, since: Date.now() });
    try {
      const outcome = await pool.run(payload, requestId, this.#killer(key)?.milliseconds);
      return { ...outcome, requestId, durationMs: performance.now() - begin };
    } finally {
      this.#inFlight.delete(run);
    }
  }

  /** The next invocation of every function loads its code anew; running ones finish with the code they have. */
  reload(): void {
    for (const pool of this.#pools.values()) pool.retire();
    this.#pools.clear();
  }

  /** No invocation begins any more; waiting ones are refused, and running ones are broken off. */
  stop(): void {
    this.#isStopped = true;
    for (const pool of this.#pools.values()) pool.stop();
    this.#pools.clear();
  }
}

class Pool {
  readonly #definition: RunnableFunction;
  readonly #limit: number;
  readonly #instances = new Set<Instance>();
  readonly #idle: Instance[] = [];
  readonly #waiting: PromiseWithResolvers<Instance>[] = [];
  #growing: NodeJS.Timeout | undefined;
  #isRetired = false;

  constructor(definition: RunnableFunction) {
    this.#definition = definition;
    this.#limit = Math.min(definition.maximumInstances ?? MAX_INSTANCES, MAX_INSTANCES);
  }

  async run(event: string, requestId: string, killAfterMs: number | undefined): Promise<Outcome & Observed> {
    const instance = await this.#acquire();
    const killing = killAfterMs === undefined ? undefined : setTimeout(() => instance.kill(), killAfterMs);
    const outcome = await instance.invoke({ event, requestId }, this.#definition.timeoutMs);
    clearTimeout(killing);
    this.#release(instance);
    return outcome;
  }

  retire(): void {
    this.#isRetired = true;
    for (const instance of this.#idle.splice(0)) this.#drop(instance);
  }

  stop(): void {
    clearTimeout(this.#growing);
    this.#isRetired = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(STOPPED));
    for (const instance of this.#instances) this.#drop(instance);
  }

  /** The one used last, so that others may stay idle. */
  async #acquire(): Promise<Instance> {
    for (let instance = this.#idle.pop(); instance; instance = this.#idle.pop()) {
      if (instance.isUsable) return instance;
      this.#drop(instance);
    }
    if (this.#instances.size === 0) return this.#start();
    const waiting = Promise.withResolvers<Instance>();
    this.#waiting.push(waiting);
    this.#growLater();
    return waiting.promise;
  }

  #release(instance: Instance): void {
    const isOfUse = instance.isUsable && !this.#isRetired;
    if (!isOfUse) this.#drop(instance);
    const next = this.#waiting.shift();
    if (next) next.resolve(isOfUse ? instance : this.#start());
    else if (isOfUse) this.#idle.push(instance);
  }

  /** One more at a time, as long as any invocation waits. */
  #growLater(): void {
    if (this.#growing || this.#instances.size >= this.#limit) return;
    this.#growing = setTimeout(() => {
      this.#growing = undefined;
      const next = this.#waiting.shift();
      if (next) next.resolve(this.#start());
      if (this.#waiting.length > 0) this.#growLater();
    }, PATIENCE_MS);
  }

  #start(): Instance {
    const instance = new Instance(this.#definition.start, this.#definition.environment);
    this.#instances.add(instance);
    return instance;
  }

  #drop(instance: Instance): void {
    this.#instances.delete(instance);
    instance.terminate();
  }
}
