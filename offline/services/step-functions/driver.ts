import { parseDefinition } from './definition.ts';
import { Execution, type ExecutionOptions } from './execution.ts';
import type { Position } from './journal.ts';
import type { Ending, ExecutionRow, NewExecution } from './store.ts';

/** Runs the executions of the store. */
export class Driver {
  readonly #options: ExecutionOptions;
  readonly #running = new Map<number, Execution>();
  #isRunning = false;

  constructor(options: Omit<ExecutionOptions, 'waiting'>) {
    this.#options = { ...options, waiting: new Map() };
  }

  /** Continues what an earlier process left, and from now on runs what is started. */
  resume(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const { store, clock } = this.#options;
    store.beatAllTokens(clock.now());
    for (const execution of store.runningExecutions()) this.#run(execution);
  }

  /** Leaves everything as it stands in the store. */
  stop(): void {
    this.#isRunning = false;
    for (const execution of this.#running.values()) execution.interrupt();
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Writes the execution down, and runs it. */
  start(execution: NewExecution): void {
    const { definition, roleArn, input, startedAt: at } = execution;
    const position: Position = {
      state: parseDefinition(definition).StartAt,
      input: JSON.parse(input),
      lastEvent: 0,
    };
    const details = JSON.stringify({ input, inputDetails: { truncated: false }, roleArn });
    const events = [{ id: 1, at, type: 'ExecutionStarted', previous: 0, details }];
    const row = this.#options.store.startExecution(execution, { path: '', position, events, at });
    this.#run(row);
  }

  /** Ends the execution, and says when. */
  abort(row: ExecutionRow, reason: Pick<Ending, 'error' | 'cause'>): number {
    const execution = this.#running.get(row.id) ?? new Execution(row, this.#options);
    return execution.end({ status: 'ABORTED', ...reason });
  }

  /** To be called when something was written that concerns the token. */
  wake(token: string): void {
    this.#options.waiting.get(token)?.();
  }

  #run(row: ExecutionRow): void {
    if (!this.#isRunning) return;
    const execution = new Execution(row, this.#options);
    this.#running.set(row.id, execution);
    void execution
      .run()
      .catch((error: unknown) => console.error('The local cloud failed in states:', error))
      .finally(() => this.#running.delete(row.id));
  }
}
