import { Worker } from 'node:worker_threads';
import { describeError, type FunctionError } from './function-error.ts';

/** `payload` is the function's result as JSON; after `isBroken` the instance is of no more use. */
export type Outcome =
  | { readonly payload: string }
  | { readonly error: FunctionError; readonly isBroken?: boolean };

export interface Invocation {
  /** JSON. */
  readonly event: string;
  readonly requestId: string;
}

/** What can be seen of an invocation from outside: whether it had to load its code first, and what it printed. */
export interface Observed {
  readonly isCold: boolean;
  readonly printed: string;
}

/** As it is told to the worker. `deadline` is in milliseconds since the epoch. */
export type Run = Invocation & { readonly deadline: number };

/** What a worker says: that its module is loaded, or cannot be, what it prints, and how each invocation ended. */
export type Said =
  | 'loaded'
  | { readonly printed: string | Uint8Array; readonly stream: 'stdout' | 'stderr' }
  | Outcome;

/** Of what one invocation prints, the last so many characters are kept for whoever looks into it. */
const MAX_PRINTED = 32_768;

/** Loading does not count as time of the function, up to this. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const LONGEST_LOADING_MS = 10_000;

export interface WorkerStart {
  readonly moduleUrl: string;
  readonly exportName: string;
  readonly context: object;
}

/**
 * One execution environment of a function: a worker thread with an environment of its own, which runs one
 * invocation at a time. A crash, an exit or a time-out ends this thread and nothing else.
 */
export class Instance {
  readonly #worker: Worker;
  readonly #loaded: Promise<void>;
  #settle: ((outcome: Outcome) => void) | undefined;
  #isUsable = true;
  #isCold = true;
  #printed = '';

  constructor(start: WorkerStart, environment: Readonly<Record<string, string>>) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: start,
      env: { ...environment },
      execArgv: [],
    });
    this.#worker.unref();
    this.#loaded = new Promise((resolve) => {
      const overdue = setTimeout(resolve, LONGEST_LOADING_MS).unref();
      this.#worker.on('message', (said: Said) => {
        if (said === 'loaded') {
          clearTimeout(overdue);
          resolve();
        } else if ('printed' in said) {
          process[said.stream].write(said.printed);
          this.#printed = (this.#printed + textOf(said.printed)).slice(-MAX_PRINTED);
        } else {
          this.#end(said);
        }
      });
    });
    this.#worker.on('error', (error: unknown) => {
      if (!this.#settle) console.error('A function failed outside of an invocation:', error);
      this.#end({ error: describeError(error), isBroken: true });
    });
    this.#worker.on('exit', (code) => {
      const errorMessage = `Runtime exited with exit code ${code}`;
      this.#end({ error: { errorType: 'Runtime.ExitError', errorMessage }, isBroken: true });
    });
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  async invoke(invocation: Invocation, timeoutMs: number): Promise<Outcome & Observed> {
    const isCold = this.#isCold;
    this.#isCold = false;
    const outcome = await this.#outcomeOf(invocation, timeoutMs);
    const printed = this.#printed;
    this.#printed = '';
    return { ...outcome, isCold, printed };
  }

  #outcomeOf(invocation: Invocation, timeoutMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      let overdue: NodeJS.Timeout | undefined;
      let isOver = false;
      this.#settle = (outcome) => {
        isOver = true;
        clearTimeout(overdue);
        resolve(outcome);
      };
      void this.#loaded.then(() => {
        if (isOver) return;
        overdue = setTimeout(() => {
          this.#end({ error: timedOut(invocation), isBroken: true });
          this.terminate();
        }, timeoutMs);
        this.#worker.postMessage({ ...invocation, deadline: Date.now() + timeoutMs } satisfies Run);
      });
    });
  }

  /** Ends it in the midst of what it does, as the loss of its machine would. */
  kill(): void {
    const errorMessage = 'Error: Runtime exited with error: signal: killed';
    this.#end({ error: { errorType: 'Runtime.ExitError', errorMessage }, isBroken: true });
    this.terminate();
  }

  terminate(): void {
    this.#isUsable = false;
    void this.#worker.terminate();
  }

  #end(outcome: Outcome): void {
    if ('isBroken' in outcome) this.#isUsable = false;
    this.#settle?.(outcome);
    this.#settle = undefined;
  }
}

function timedOut({ requestId }: Invocation): FunctionError {
  return { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: Task timed out` };
}

function textOf(printed: string | Uint8Array): string {
  return typeof printed === 'string' ? printed : Buffer.from(printed).toString();
}
