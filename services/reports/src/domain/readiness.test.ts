import { describe, expect, it } from '@jest/globals';
import { readiness } from './readiness.ts';

const up = async () => undefined;
const down = async () => {
  throw new Error('down');
};

describe('readiness', () => {
  it.each([
    [up, up, { isReady: true, database: 'up', queue: 'up' }],
    [down, up, { isReady: false, database: 'down', queue: 'up' }],
    [up, down, { isReady: false, database: 'up', queue: 'down' }],
  ])('needs the database and the queue', async (database, queue, expected) => {
    expect(await readiness({ database, queue, now: () => 0 })()).toEqual(expected);
  });

  it('asks the parts once in a second, however many ask it', async () => {
    let time = 0;
    let asked = 0;
    const database = async () => {
      asked += 1;
    };
    const ask = readiness({ database, queue: up, now: () => time });
    await Promise.all([ask(), ask()]);
    time = 999;
    await ask();
    expect(asked).toBe(1);
    time = 1_000;
    await ask();
    expect(asked).toBe(2);
  });
});
