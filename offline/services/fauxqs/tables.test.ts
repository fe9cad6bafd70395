import { describe, expect, it } from '@jest/globals';
import { Tables } from './tables.ts';

describe('the tables', () => {
  it('have nothing of a transaction that fails, nor of one inside it', () => {
    const tables = new Tables(undefined);
    tables.next('kept');
    const failing = () =>
      tables.transaction(() => {
        tables.next('kept');
        tables.transaction(() => tables.next('kept'));
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(tables.next('kept')).toBe(2);
  });

  it('give the same answer to the same id until five minutes have passed, in each scope', () => {
    const tables = new Tables(undefined);
    let answers = 0;
    const ask = (scope: string, now: number) =>
      tables.once(scope, 'id', now, () => {
        answers += 1;
        return answers;
      });
    const now = 1_000_000;
    expect([ask('a', now), ask('a', now + 299_999), ask('b', now), ask('a', now + 300_000)]).toEqual([
      1, 1, 2, 3,
    ]);
  });

  it('forget the answers of a scope and of those in it', () => {
    const tables = new Tables(undefined);
    const scopes = ['queue', 'queue group', 'queue-2'];
    for (const scope of scopes) tables.once(scope, 'id', 0, () => 'before');
    tables.forget('queue');
    const now = scopes.map((scope) => tables.once(scope, 'id', 0, () => 'after'));
    expect(now).toEqual(['after', 'after', 'before']);
  });
});
