import { describe, expect, it } from '@jest/globals';
import { periodOf } from './sales.ts';

describe('a period', () => {
  it.each([
    ['a day', '2026-11-01', '2026-11-01'],
    ['a leap year', '2024-01-01', '2024-12-31'],
    ['366 days', '2026-01-01', '2027-01-01'],
  ])('may be %s', (_, from, to) => {
    expect(periodOf({ from, to })).toEqual({ from, to });
  });

  it.each([
    ['turned round', '2026-11-02', '2026-11-01', 'must not be before from'],
    ['367 days', '2026-01-01', '2027-01-02', 'must be at most 365 days after from'],
  ])('may not be %s', (_, from, to, detail) => {
    expect(() => periodOf({ from, to })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', fields: [{ in: 'query', pointer: '/to', detail }] }),
    );
  });
});
