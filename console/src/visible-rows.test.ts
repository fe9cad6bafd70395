import { expect, it } from '@jest/globals';
import { visibleRows } from './visible-rows.ts';

const list = { count: 1_000, rowHeight: 40, height: 400 };

it.each([
  [0, 0, 18],
  [4_000, 92, 118],
  [39_600, 982, 1_000],
  [99_999, 992, 1_000],
  [-50, 0, 18],
])('scrolled by %d draws the rows from %d to %d', (scrolled, start, end) => {
  expect(visibleRows({ ...list, scrolled })).toEqual({ start, end });
});

it('draws all of a short list', () => {
  expect(visibleRows({ ...list, count: 3, scrolled: 0 })).toEqual({ start: 0, end: 3 });
});
