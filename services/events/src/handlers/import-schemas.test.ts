import { describe, expect, it } from '@jest/globals';
import { checkRow } from './import-schemas.ts';

const ROW = { id: 'mug', sku: 'M-1', name: 'Mug', category: 'mugs', amount: 1200, currency: 'EUR' };

describe('a row', () => {
  it('needs nothing but the columns of an item', () => {
    expect(checkRow(ROW)).toEqual({ row: ROW });
  });

  it.each([
    ['2026-11-22T12:00:00Z', '2026-11-22T12:00:00.000Z'],
    ['2026-11-22T12:00:00.123456Z', '2026-11-22T12:00:00.123Z'],
    ['2026-11-22T14:00:00.5+02:00', '2026-11-22T12:00:00.500Z'],
  ])('has the time %s in the one form of all times', (updatedAt, expected) => {
    expect(checkRow({ ...ROW, updatedAt })).toMatchObject({ row: { updatedAt: expected } });
  });

  it.each([
    ['id', 'a b', 'must be 1 to 64 letters, digits, "-" or "_"'],
    ['sku', '', 'must be 1 to 64 letters, digits, ".", "-" or "_"'],
    ['name', 'Mug\u0000', 'must have no control characters'],
    ['category', 'x'.repeat(65), /64/],
    ['amount', '12.50', /expected number/],
    ['amount', -1, /0/],
    ['currency', 'EURO', 'must be an ISO 4217 currency code'],
    ['stock', 1_000_000_001, /1000000000/],
    ['description', '\uD800', 'must be well-formed Unicode'],
    ['updatedAt', 'yesterday', 'must be a time as 2026-11-22T12:00:00Z'],
    ['updatedAt', '2026-11-22', 'must be a time as 2026-11-22T12:00:00Z'],
    ['colour', 'red', 'is not a known field'],
    ['constructor', 'red', 'is not a known field'],
  ])('is refused for its %s when it is %j', (column, value, reason) => {
    expect(checkRow({ ...ROW, [column]: value })).toEqual({
      problems: [{ column, reason: expect.stringMatching(reason) }],
    });
  });

  it('is refused for a key by which an object reaches its prototype', () => {
    const fields = JSON.parse(`${JSON.stringify(ROW).slice(0, -1)},"__proto__":{"stock":1}}`);
    expect(checkRow(fields)).toMatchObject({ problems: [{ column: '__proto__' }] });
  });

  it('is refused with every column that is wrong, but for ten at most', () => {
    expect(checkRow({ ...ROW, sku: undefined, amount: undefined })).toEqual({
      problems: [
        { column: 'sku', reason: 'is required' },
        { column: 'amount', reason: 'is required' },
      ],
    });
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x${index}`, 1]));
    const long = { ['y'.repeat(100_000)]: 1 };
    expect(checkRow({ ...ROW, ...many })).toMatchObject({ problems: { length: 10 } });
    expect(checkRow({ ...ROW, ...long })).toMatchObject({ problems: [{ column: 'y'.repeat(64) }] });
  });
});
