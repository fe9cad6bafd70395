import { describe, expect, it } from '@jest/globals';
import { isPath, place, select } from './paths.ts';

const scope = {
  data: { a: [[1], [], [2, 3]], 'x y': { ü: null }, o: { k: 1, l: 2 } },
  context: { Name: 'n' },
};

describe('a path', () => {
  it.each<[string, unknown]>([
    ['$', scope.data],
    ['$.a[2][1]', 3],
    ["$['x y'].ü", null],
    ['$["x y"]', { ü: null }],
    ['$.o[*]', [1, 2]],
    ['$.a[*][0]', [1, 2]],
    ['$.a[1][*]', []],
    ['$$.Name', 'n'],
  ])('%s selects', (path, value) => {
    expect(select(path, scope)).toEqual(value);
  });

  it.each(['$.b', '$.a[3]', '$.a.length', '$.o.toString', '$.b[*]'])('%s selects nothing', (path) => {
    expect(() => select(path, scope)).toThrow('could not be found');
  });

  it.each(['', 'a', '$a', '$.a[-1]', '$.a[1:2]', '$..a', '$.a.*', '$.a[?(@.b)]', '$.a.length()', 1])(
    '%s is not supported',
    (path) => {
      expect(isPath(path)).toBe(false);
    },
  );
});

describe('a result', () => {
  it('is placed without a change to the input', () => {
    const input = { a: { b: 1 } };
    expect(place('$.a.c', input, 2)).toEqual({ a: { b: 1, c: 2 } });
    expect(input).toEqual({ a: { b: 1 } });
  });

  it('is placed under a name that objects have by themselves', () => {
    expect(JSON.stringify(place('$.__proto__.x', {}, 1))).toBe('{"__proto__":{"x":1}}');
  });
});
