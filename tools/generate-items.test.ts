import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { itemsFile } from './generate-items.ts';

const text = (rows: number) => [...itemsFile(rows)].join('');

describe('a generated file of items', () => {
  it('has as many rows as were asked for, each with an id of its own', () => {
    const ids = text(2_500).match(/^item-\d{8}(?=,)/gm);
    expect(ids).toHaveLength(2_500);
    expect(new Set(ids).size).toBe(2_500);
  });

  it('begins with the header of an import', () => {
    expect(text(1).split('\n')).toEqual([
      'id,sku,name,category,amount,currency,stock,description,updatedAt',
      'item-00000001,SKU-00000001,"Lamp, green",category-2,137,EUR,1,,2026-01-01T00:00:01.000Z',
      '',
    ]);
  });

  it('is the same each time, and of a shorter one it is the continuation', () => {
    const hash = (content: string) => createHash('sha256').update(content).digest('hex');
    expect(hash(text(3_000))).toBe(hash(text(3_000)));
    expect(text(3_000).startsWith(text(1_500))).toBe(true);
  });
});
