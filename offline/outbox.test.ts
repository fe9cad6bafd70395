import { describe, expect, it, jest } from '@jest/globals';
import { type Delivery, Outbox } from './outbox.ts';
import { openStore } from './store.ts';
import { until } from './test/processes.ts';

/** An outbox whose attempts fail as often as the entry says. */
function outbox(
  store = openStore(undefined),
  delivery: Partial<Delivery<{ id: string; failures: number }>> = {},
) {
  const attempts: string[] = [];
  const givenUp: string[] = [];
  const box = new Outbox<{ id: string; failures: number }>(store, 'test', {
    async attempt({ id, failures }, attempt) {
      attempts.push(`${id}${attempt}`);
      if (attempt <= failures) throw new Error(`failure ${attempt}`);
    },
    retryAfterMs: (_, count) => (count < 3 ? 1 : undefined),
    async giveUp({ id }, error, count) {
      givenUp.push(`${id} after ${count}: ${(error as Error).message}`);
    },
    ...delivery,
  });
  return { box, attempts, givenUp, store };
}

describe('an outbox', () => {
  it('forgets what succeeds at once', async () => {
    const { box, attempts } = outbox();
    box.start();
    box.add({ id: 'a', failures: 0 });
    await until(() => box.size === 0);
    expect(attempts).toEqual(['a1']);
  });

  it('tries again what fails, and gives up after the last attempt', async () => {
    const { box, attempts, givenUp } = outbox();
    box.start();
    box.add({ id: 'a', failures: 2 });
    box.add({ id: 'b', failures: 9 });
    await until(() => box.size === 0);
    expect(attempts.toSorted()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3']);
    expect(givenUp).toEqual(['b after 3: failure 3']);
  });

  it('gives up again when giving up fails, and attempts no more', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    let fails = true;
    const told: unknown[] = [];
    const { box, attempts } = outbox(undefined, {
      retryAfterMs: () => undefined,
      async giveUp(_, error, count) {
        if (fails) throw new Error('no queue');
        told.push([(error as Error).message, count]);
      },
    });
    box.start();
    box.add({ id: 'a', failures: 9 });
    await jest.advanceTimersByTimeAsync(999);
    fails = false;
    expect(told).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(told).toEqual([['failure 1', 1]]);
    expect([attempts, box.size]).toEqual([['a1'], 0]);
    jest.useRealTimers();
  });

  it('begins with what another process had claimed when it was killed', async () => {
    const first = outbox(undefined, { attempt: () => new Promise(() => {}) });
    first.box.start();
    first.box.add({ id: 'a', failures: 0 });
    first.box.stop();
    const second = outbox(first.store);
    second.box.start();
    await until(() => second.box.size === 0);
    expect(second.attempts).toEqual(['a1']);
  });

  it('waits with an entry that is for later', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const { box, attempts } = outbox();
    box.start();
    box.add({ id: 'later', failures: 0 }, 5_000);
    await jest.advanceTimersByTimeAsync(4_999);
    expect(attempts).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(attempts).toEqual(['later1']);
    jest.useRealTimers();
  });
});
