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
  /** In milliseconds since the epoch. */
  readonly deadline: number;
}

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
  #settle: ((outcome: Outcome) => void) | undefined;
  #isUsable = true;

  constructor(start: WorkerStart, environment: Readonly<Record<string, string>>) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: start,
      env: { ...environment },
      execArgv: [],
    });
    this.#worker.unref();
    this.#worker.on('message', (outcome: Outcome) => this.#end(outcome));
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

  invoke(invocation: Invocation): Promise<Outcome> {
    return new Promise((resolve) => {
      const overdue = setTimeout(() => {
        this.#end({ error: timedOut(invocation), isBroken: true });
        this.terminate();
      }, invocation.deadline - Date.now());
      this.#settle = (outcome) => {
        clearTimeout(overdue);
        resolve(outcome);
      };
      this.#worker.postMessage(invocation);
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
