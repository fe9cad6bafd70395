import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../offline/services/step-functions/clock.ts';

interface Sleeper {
  readonly time: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Nothing that waits longer is waited for: a year. */
const NEVER_MS = 365 * 24 * 60 * 60 * 1_000;

/**
 * The time of one simulated world. It stands still while anything can run, and goes on to the next sleeper when all
 * wait: for a time, or for input and output, of which there is one at a time. So the order of everything that happens
 * follows from the times that are slept, and from nothing else.
 */
export class VirtualTime implements Clock {
  #now: number;
  #slept = 0;
  #isBusy: Promise<unknown> | undefined;
  readonly #sleepers: Sleeper[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  readonly date = (): Date => new Date(this.#now);

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => this.#add(this.#now + Math.max(0, milliseconds), wake));
  }

  until(time: number, signal: AbortSignal): Promise<void> {
    if (time <= this.#now || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = time < this.#now + NEVER_MS ? this.#add(time, done) : undefined;
      signal.addEventListener('abort', done, { once: true });
      const remove = () => sleeper && this.#remove(sleeper);
      function done() {
        signal.removeEventListener('abort', done);
        remove();
        resolve();
      }
    });
  }

  /** Input and output, while which the world stands still. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isBusy) throw new Error('Two things are done at one time: the order would be left to chance.');
    const working = work();
    this.#isBusy = working;
    try {
      return await working;
    } finally {
      this.#isBusy = undefined;
    }
  }

  /** Lets the world run until all wait. */
  async settle(): Promise<void> {
    do {
      await this.#isBusy?.catch(() => undefined);
      // Promises that are kept in a chain are all done before the next turn of the event loop.
      await turn();
    } while (this.#isBusy);
  }

  /** Lets the world run until the time. */
  async runUntil(time: number): Promise<void> {
    await this.settle();
    for (let next = this.#sleepers[0]; next && next.time <= time; next = this.#sleepers[0]) {
      this.#remove(next);
      this.#now = Math.max(this.#now, next.time);
      next.wake();
      await this.settle();
    }
    this.#now = time;
  }

  #add(time: number, wake: () => void): Sleeper {
    this.#slept += 1;
    const sleeper = { time, order: this.#slept, wake };
    this.#sleepers.splice(this.#placeOf(sleeper), 0, sleeper);
    return sleeper;
  }

  #remove(sleeper: Sleeper): void {
    const place = this.#placeOf(sleeper);
    if (this.#sleepers[place] === sleeper) this.#sleepers.splice(place, 1);
  }

  /** Where it stands, or belongs: by time, and then by who slept first. */
  #placeOf({ time, order }: Pick<Sleeper, 'time' | 'order'>): number {
    let [low, high] = [0, this.#sleepers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#sleepers[middle];
      const isBefore = at !== undefined && (at.time < time || (at.time === time && at.order < order));
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
