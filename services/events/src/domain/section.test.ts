import { describe, expect, it } from '@jest/globals';
import { Section } from './section.ts';

const row = (number: number, description?: string) => ({
  ...{ line: number + 1, id: `item-${number}`, sku: 'S', name: 'Mug', category: 'mugs' },
  ...{ amount: 1, currency: 'EUR', updatedAt: '2026-01-01T00:00:00.000Z', description },
});
const filled = (rows: number, description?: string) => {
  const section = new Section(70_000);
  for (let number = 1; number <= rows; number += 1) section.accept(row(number, description));
  return section;
};
const sizes = (section: Section) => section.takeRest().map(({ id, rows }) => [id, rows.length]);

describe('a section of a file', () => {
  it('puts a hundred rows into a chunk, and the rest into the last', () => {
    expect(sizes(filled(250))).toEqual([
      ['70000-0', 100],
      ['70000-1', 100],
      ['70000-2', 50],
    ]);
  });

  it('puts fewer rows into a chunk when they are long, so that it fits into a message', () => {
    const section = filled(5, '\u0001'.repeat(20_000));
    const chunks = section.takeRest();
    expect(chunks.map(({ rows }) => rows.length)).toEqual([1, 1, 1, 1, 1]);
    for (const chunk of chunks) expect(Buffer.byteLength(JSON.stringify(chunk))).toBeLessThan(250_000);
  });

  it('gives its chunks away ten at a time', () => {
    const section = filled(999);
    expect(section.takeChunks()).toEqual([]);
    section.accept(row(1_000));
    expect(section.takeChunks()).toHaveLength(10);
    expect(section.takeRest()).toEqual([]);
  });

  it('is full after ten thousand rows, accepted or refused', () => {
    const section = filled(1);
    for (let line = 2; line < 10_000; line += 1) section.refuse(line, [{ reason: 'is not JSON' }]);
    expect(section.isFull).toBe(false);
    section.refuse(10_000, []);
    expect([section.isFull, section.rows, section.refusals.length]).toEqual([true, 10_000, 9_999]);
  });

  it('is full after a hundred chunks of few rows', () => {
    // A row is in an open chunk until the next one does not fit.
    const section = filled(100, 'x'.repeat(20_000));
    expect(section.isFull).toBe(false);
    section.accept(row(101, 'x'.repeat(20_000)));
    expect(section.isFull).toBe(true);
  });
});
