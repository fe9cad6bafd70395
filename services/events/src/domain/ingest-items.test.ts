import { describe, expect, it } from '@jest/globals';
import { Throttled } from '../../../../shared/errors.ts';
import { type ImportedItems, ingestItems, type MarkedRow, RowsNotWritten } from './ingest-items.ts';

const row = (id: string, name = 'Mug', updatedAt = '2026-01-01T00:00:00.000Z') => ({
  ...{ line: 2, id, sku: 'S', name, category: 'mugs', amount: 1200, currency: 'EUR', updatedAt },
});
const NOW = () => new Date('2026-11-22T12:00:00.000Z');
const digest = (value: unknown) => JSON.stringify(value);

function ingesting(upsert: ImportedItems['upsert']) {
  const pauses: number[] = [];
  const pause = async (milliseconds: number) => void pauses.push(milliseconds);
  return { pauses, dependencies: { items: { upsert }, digest, now: NOW, pause } };
}

describe('rows for the catalogue', () => {
  it('have a mark by their time and what they say, and not by where they stand', async () => {
    const marks: string[] = [];
    const { dependencies } = ingesting(async ({ mark }) => {
      marks.push(mark);
      return true;
    });
    await ingestItems(dependencies, [row('mug'), { ...row('mug'), line: 9 }, row('mug', 'Cup')]);
    expect(marks[0]).toMatch(/^2026-01-01T00:00:00\.000Z#\{"id":"mug"/);
    expect(marks[1]).toBe(marks[0]);
    expect(marks[2]).not.toBe(marks[0]);
  });

  it('are written ten at a time, and those counted that changed something', async () => {
    let [running, most] = [0, 0];
    const { dependencies } = ingesting(async ({ id }) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return id !== 'item-7';
    });
    const rows = Array.from({ length: 35 }, (_, index) => row(`item-${index}`));
    expect(await ingestItems(dependencies, rows)).toBe(34);
    expect(most).toBe(10);
  });

  it('are tried again when the table cannot take them for now', async () => {
    let attempts = 0;
    const { dependencies, pauses } = ingesting(async () => {
      attempts += 1;
      if (attempts < 4) throw new Throttled('slow down');
      return true;
    });
    expect(await ingestItems(dependencies, [row('mug')])).toBe(1);
    expect(pauses).toEqual([100, 200, 300]);
  });

  it('fail together when one cannot be written, after all others are', async () => {
    const written: string[] = [];
    const { dependencies, pauses } = ingesting(async ({ id }: MarkedRow) => {
      if (id === 'item-3') throw new RangeError('too large');
      written.push(id);
      return true;
    });
    const rows = Array.from({ length: 20 }, (_, index) => row(`item-${index}`));
    const error = await ingestItems(dependencies, rows).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RowsNotWritten);
    expect(error).toMatchObject({ message: '1 rows were not written.', cause: new RangeError('too large') });
    expect(written).toHaveLength(19);
    expect(pauses).toEqual([]);
  });
});
