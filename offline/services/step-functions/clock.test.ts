import { describe, expect, it } from '@jest/globals';
import { systemClock } from './clock.ts';

describe('the clock', () => {
  it('waits for the time', async () => {
    const time = Date.now() + 30;
    await systemClock.until(time, new AbortController().signal);
    expect(Date.now()).toBeGreaterThanOrEqual(time);
  });

  it('waits for times that a timer cannot wait for, until it is aborted', async () => {
    const controller = new AbortController();
    let isOver = false;
    const waiting = systemClock.until(Number.MAX_SAFE_INTEGER, controller.signal).then(() => {
      isOver = true;
    });
    await systemClock.until(Date.now() + 20, new AbortController().signal);
    expect(isOver).toBe(false);
    controller.abort();
    await waiting;
  });
});
