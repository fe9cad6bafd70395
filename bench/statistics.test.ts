import { describe, expect, it } from '@jest/globals';
import { quantile, summarize } from './statistics.ts';

describe('a quantile', () => {
  it('is the middle value of an odd number of values in any order', () => {
    expect(quantile([30, 10, 20], 0.5)).toBe(20);
  });

  it('lies between the neighbours when it falls between two values', () => {
    expect(quantile([1, 2, 3, 10], 0.5)).toBe(2.5);
    expect(quantile([0, 10], 0.9)).toBe(9);
  });

  it('is the smallest value at 0 and the largest at 1', () => {
    expect(quantile([5, 100, 7], 0)).toBe(5);
    expect(quantile([5, 100, 7], 1)).toBe(100);
  });

  it('sorts by value and not by text, and leaves the values as they were', () => {
    const values = [9, 100, 10];
    expect(quantile(values, 0.5)).toBe(10);
    expect(values).toEqual([9, 100, 10]);
  });

  it('of nothing does not exist', () => {
    expect(() => quantile([], 0.5)).toThrow('no quantile');
  });
});

describe('a summary', () => {
  it('is hardly moved by one outlier', () => {
    expect(summarize([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1000])).toEqual({ median: 6, p10: 2, p90: 10 });
  });

  it('of one value is that value', () => {
    expect(summarize([4])).toEqual({ median: 4, p10: 4, p90: 4 });
  });
});
