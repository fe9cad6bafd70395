import { until } from '../../../test/processes.ts';
import type { Clock } from '../clock.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ readonly time: number; readonly wake: () => void }>();

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  now(): number {
    return this.#now;
  }

  until(time: number, signal: AbortSignal): Promise<void> {
    if (time <= this.#now || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        resolve();
      };
      const sleeper = { time, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Whether something waits for so many milliseconds. */
  isAwaited(milliseconds: number): boolean {
    return [...this.#sleepers].some(({ time }) => time === this.#now + milliseconds);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const { time, wake } of this.#sleepers) if (time <= this.#now) wake();
  }

  /** Goes on to the earliest time that something waits for; answers how many milliseconds, if there is one. */
  skip(): number | undefined {
    const times = [...this.#sleepers].map(({ time }) => time).filter((time) => time < this.#now + YEAR_MS);
    if (times.length === 0) return undefined;
    const wait = Math.min(...times) - this.#now;
    this.advance(wait);
    return wait;
  }

  /** The same, when something waits. */
  async next(): Promise<number> {
    let wait: number | undefined;
    await until(() => {
      wait = this.skip();
      return wait !== undefined;
    });
    return wait ?? 0;
  }
}
