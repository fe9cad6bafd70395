import { describe, expect, it } from '@jest/globals';
import { readingBy, readJsonLine } from './item-row.ts';
import { UploadRefused } from './upload.ts';

const header = (...cells: string[]) => ({ line: 1, cells });
const NEEDED = ['id', 'sku', 'name', 'category', 'amount', 'currency'];

describe('the header of a table', () => {
  it('may have its columns in any order, with spaces around their names', () => {
    const read = readingBy(header(' currency', 'amount', 'category ', 'name', 'sku', 'id'));
    expect(read({ line: 2, cells: ['EUR', '1200', 'mugs', 'Mug', 'M-1', 'mug'] })).toEqual({
      fields: { currency: 'EUR', amount: 1200, category: 'mugs', name: 'Mug', sku: 'M-1', id: 'mug' },
    });
  });

  it.each([
    ['lacks columns', ['id', 'name'], /lacks sku, category, amount, currency\.$/],
    ['is separated by semicolons', [NEEDED.join(';')], /lacks id, sku, /],
    ['has a column that no item has', [...NEEDED, 'colour'], 'The column "colour" is not one of items.'],
    ['has a column that every object has', [...NEEDED, '__proto__'], 'The column "__proto__" is not one'],
    ['has an empty column', [...NEEDED, ''], 'The column "" is not one of items.'],
    ['has a column twice', [...NEEDED, 'sku'], 'The column "sku" is there twice.'],
  ])('that %s is refused', (_, cells, reason) => {
    expect(() => readingBy(header(...cells))).toThrow(UploadRefused);
    expect(() => readingBy(header(...cells))).toThrow(reason);
  });
});

describe('a row of a table', () => {
  const read = readingBy(header(...NEEDED, 'stock', 'description', 'updatedAt'));
  const row = (...cells: string[]) => read({ line: 2, cells });

  it('is as without the columns that are empty', () => {
    expect(row('mug', 'M-1', 'Mug', 'mugs', '', 'EUR', '0', '', '')).toEqual({
      fields: { id: 'mug', sku: 'M-1', name: 'Mug', category: 'mugs', currency: 'EUR', stock: 0 },
    });
  });

  it.each(['12.50', '1e3', ' 12', '0x10', '12 €', '1234567890123456'])(
    'keeps the amount %j as the text that it is',
    (amount) => {
      expect(row('mug', 'M-1', 'Mug', 'mugs', amount, 'EUR', '', '', '')).toMatchObject({
        fields: { amount },
      });
    },
  );

  it('has a reason for its refusal when it has too few fields, or too many', () => {
    expect(row('mug', 'M-1')).toEqual({ reason: 'has 2 fields and not 9 as the header' });
    expect(row(...Array.from({ length: 10 }, () => 'x'))).toEqual({
      reason: 'has 10 fields and not 9 as the header',
    });
  });
});

describe('a line of JSON', () => {
  const read = (...cells: string[]) => readJsonLine({ line: 1, cells });

  it('is the object that it says', () => {
    expect(read('{"id": "mug", "amount": 1200}')).toEqual({ fields: { id: 'mug', amount: 1200 } });
  });

  it.each([
    ['{"id": "mug"', 'is not JSON'],
    ['id,sku', 'is not JSON'],
    ['["mug"]', 'is not an object of JSON'],
    ['null', 'is not an object of JSON'],
    ['12', 'is not an object of JSON'],
  ])('%j has a reason for its refusal', (line, reason) => {
    expect(read(line)).toEqual({ reason });
  });

  it('with a NUL in it is none', () => {
    expect(read('{"id":', '"mug"}')).toEqual({ reason: 'is not JSON' });
  });
});
