import { expect, it } from '@jest/globals';
import { age, duration, money, shortId, timeOfDay } from './format.ts';

it.each([
  [1290, 'EUR', '€12.90'],
  [1290, 'JPY', '¥1,290'],
  [1290, 'KWD', 'KWD\u00a01.290'],
] as const)('shows %d of %s as %s', (amount, currency, text) => {
  expect(money({ amount, currency })).toBe(text);
});

it.each([
  [0, 'now'],
  [-2_000, 'now'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_000, '59 min'],
  [3_600_000, '1 h'],
  [86_400_000, '1 d'],
])('says that %d ms are %s', (passed, text) => {
  expect(age(1_000_000, 1_000_000 + passed)).toBe(text);
});

it.each([
  [0, '0 ms'],
  [17.6, '18 ms'],
  [2_449, '2.4 s'],
])('says that %d ms took %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

it('shortens what is long', () => {
  expect(timeOfDay('2026-01-02T03:04:05.678Z')).toBe('03:04:05');
  expect(shortId('01M844W6282AZ2SER20NRT65XT')).toBe('…0NRT65XT');
  expect(shortId('mug')).toBe('mug');
});
