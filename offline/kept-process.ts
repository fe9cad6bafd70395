import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { messageOf } from './errors.ts';

type Environment = Readonly<Record<string, string>>;

export interface KeptProcessOptions {
  /** What the line that tells of its end begins with: `The container Shop`. */
  readonly name: string;
  /** Found out before each start. */
  readonly environment: () => Promise<Environment>;
  readonly spawn: (environment: Environment) => ChildProcess;
  /** Prints a line for people. */
  readonly say: (line: string) => void;
  /** In milliseconds. */
  readonly now?: () => number;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Who has run for this long did not fail at its start. */
const STEADY_AFTER_MS = 10_000;

/** A child process that is started again whenever it ends, after a pause that grows while it fails at once. */
export class KeptProcess {
  readonly #options: KeptProcessOptions;
  readonly #now: () => number;
  #child: ChildProcess | undefined;
  #isWanted = false;
  #startedAt = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #pausing: NodeJS.Timeout | undefined;

  constructor(options: KeptProcessOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isWanted(): boolean {
    return this.#isWanted;
  }

  start(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    process.once('exit', this.end);
    this.#pauseMs = FIRST_PAUSE_MS;
    void this.#launch();
  }

  /** Ends the process in the midst of what it does; another follows. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Asks it to end, and ends it when it has not after so many milliseconds. */
  async stop(withinMs: number): Promise<void> {
    this.#unwanted();
    const child = this.#child;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const overdue = setTimeout(() => child.kill('SIGKILL'), withinMs);
    await ended;
    clearTimeout(overdue);
  }

  /** Ends it at once and for good, without waiting. */
  readonly end = (): void => {
    this.#unwanted();
    this.#child?.kill('SIGKILL');
  };

  #unwanted(): void {
    this.#isWanted = false;
    clearTimeout(this.#pausing);
    process.off('exit', this.end);
  }

  async #launch(): Promise<void> {
    this.#startedAt = this.#now();
    try {
      const environment = await this.#options.environment();
      if (!this.#isWanted || this.#child) return;
      const child = this.#options.spawn(environment);
      this.#child = child;
      child.once('error', (error) => this.#ended(error.message));
      child.once('exit', (code, signal) => this.#ended(signal ?? `exit code ${code}`));
    } catch (error) {
      this.#ended(messageOf(error));
    }
  }

  #ended(how: string): void {
    this.#child = undefined;
    if (!this.#isWanted) return;
    if (this.#now() - this.#startedAt > STEADY_AFTER_MS) this.#pauseMs = FIRST_PAUSE_MS;
    this.#options.say(
      `${this.#options.name} has ended (${how}); it starts again in ${this.#pauseMs / 1_000} s.`,
    );
    this.#pausing = setTimeout(() => void this.#launch(), this.#pauseMs).unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
