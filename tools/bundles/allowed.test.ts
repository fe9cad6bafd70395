import { describe, expect, it } from '@jest/globals';
import { listOf, surprises } from './allowed.ts';

const list = [
  { mostKilobytes: { getItem: 103, listItems: 205 }, packages: ['@aws-sdk/core', 'zod'] },
  { mostKilobytes: { ping: 1 }, packages: [] },
];
const packages = { zod: 30_000, '@aws-sdk/core': 20_000 };
const getItem = { bytes: 100_000, packages };
const listItems = { bytes: 200_000, packages: { '@aws-sdk/core': 20_000, zod: 40_000 } };
const ping = { bytes: 900, packages: {} };

describe('the list of what bundles may hold', () => {
  it('puts functions with the same packages together, and leaves each two hundredths of room', () => {
    expect(listOf({ getItem, listItems, ping })).toEqual([
      { mostKilobytes: { getItem: 102, listItems: 204 }, packages: ['@aws-sdk/core', 'zod'] },
      { mostKilobytes: { ping: 1 }, packages: [] },
    ]);
  });
});

describe('bundles', () => {
  it('are as the list has them up to the very size', () => {
    expect(surprises({ getItem: { ...getItem, bytes: 103_000 }, listItems, ping }, list)).toEqual([]);
  });

  it.each([
    [
      'a package is new in one of them',
      { getItem: { ...getItem, packages: { ...packages, moment: 61_234 } }, listItems, ping },
      ['getItem holds moment (61.2 KB), which is not listed'],
    ],
    [
      'a package is gone',
      { getItem, listItems: { ...listItems, packages: { '@aws-sdk/core': 1 } }, ping },
      ['listItems holds no zod any more'],
    ],
    [
      'one has grown',
      { getItem: { ...getItem, bytes: 103_060 }, listItems, ping },
      ['getItem has 103.1 KB, more than 103 KB'],
    ],
    ['a function is new', { getItem, listItems, ping, pong: ping }, ['pong is not listed']],
    ['a function is gone', { getItem, listItems }, ['ping is listed and is no function']],
  ])('are a surprise when %s', (_, bundles, lines) => {
    expect(surprises(bundles, list)).toEqual(lines);
  });
});
