import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** In milliseconds since the epoch. */
  now(): number;
  /** Resolves at the time, or as soon as the signal is aborted. */
  until(time: number, signal: AbortSignal): Promise<void>;
}

/** What a timer of Node.js can wait for; a longer one ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  async until(time, signal) {
    for (let left = time - Date.now(); left > 0 && !signal.aborted; left = time - Date.now()) {
      const timer = delay(Math.min(left, LONGEST_TIMER_MS), undefined, { signal, ref: false });
      // An aborted timer rejects.
      await timer.catch(() => undefined);
    }
  },
};
