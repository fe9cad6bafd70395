import { describe, expect, it } from '@jest/globals';
import { mutated } from '../simulation/mutation.ts';
import { randomFrom } from '../simulation/random.ts';
import { VirtualTime } from '../simulation/virtual-time.ts';

const START = Date.parse('2026-01-05T08:00:00Z');

describe('random numbers of a simulation', () => {
  const numbers = (seed: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: 5 }, () => random.between(1, 1_000_000));
  };

  it('are the same for the same seed, and others for the next', () => {
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(8)).not.toEqual(numbers(7));
  });

  it('make ids that are ULIDs of the time', () => {
    // The first ten characters are the time: https://github.com/ulid/spec
    expect(randomFrom(1).ulid(START)).toMatch(/^01KE6JQ300[0-9A-HJKMNP-TV-Z]{16}$/);
  });
});

describe('virtual time', () => {
  it('wakes who sleeps in the order of time, and at one time in the order of falling asleep', async () => {
    const time = new VirtualTime(START);
    const woken: string[] = [];
    const sleep = async (name: string, milliseconds: number) => {
      await time.sleep(milliseconds);
      woken.push(`${name} ${time.now() - START}`);
    };
    void sleep('late', 2_000);
    void sleep('first', 1_000);
    void sleep('second', 1_000);
    await time.runUntil(START + 1_500);
    expect(woken).toEqual(['first 1000', 'second 1000']);
    await time.runUntil(START + 2_000);
    expect(woken).toEqual(['first 1000', 'second 1000', 'late 2000']);
  });

  it('stands still while something is read or written', async () => {
    const time = new VirtualTime(START);
    const seen: number[] = [];
    const work = async () => {
      await time.sleep(10);
      await time.during(() => new Promise((resolve) => setImmediate(() => setImmediate(resolve))));
      seen.push(time.now() - START);
    };
    void work();
    void time.sleep(20);
    await time.runUntil(START + 30);
    expect(seen).toEqual([10]);
  });

  it('wakes at once who waits with a signal that is aborted', async () => {
    const time = new VirtualTime(START);
    const controller = new AbortController();
    let isAwake = false;
    void time.until(START + 60_000, controller.signal).then(() => {
      isAwake = true;
    });
    await time.runUntil(START + 10);
    controller.abort();
    await time.settle();
    expect(isAwake).toBe(true);
  });
});

describe('a mutant', () => {
  const mutant = { name: 'one', file: 'src/a.ts', find: 'x > 0', replace: 'x > 1', why: '' };

  it('changes the one place in its own file', () => {
    expect(mutated('src/a.ts', 'if (x > 0) y();', mutant)).toBe('if (x > 1) y();');
    expect(mutated('src/b.ts', 'if (x > 0) y();', mutant)).toBe('if (x > 0) y();');
  });

  it.each(['if (x) y();', 'x > 0 && x > 0'])('fails where its place is not there once: %s', (text) => {
    expect(() => mutated('src/a.ts', text, mutant)).toThrow('one: "x > 0" is');
  });
});
