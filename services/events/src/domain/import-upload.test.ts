import { describe, expect, it } from '@jest/globals';
import { type Chunk, ImportOvertaken, type ImportProgress, type Refusal } from './import.ts';
import { type ImportDependencies, importUpload } from './import-upload.ts';
import type { TextRecord } from './item-row.ts';
import { UploadRefused } from './upload.ts';

const FILE = {
  bucket: 'uploads',
  key: 'uploads/spring.csv',
  versionId: 'v1',
  size: 1_000,
  at: new Date('2026-11-22T12:00:00.250Z'),
};
const HEADER = { line: 1, cells: ['id', 'sku', 'name', 'category', 'amount', 'currency'] };
const HOUR = () => 3_600_000;

/** A table of so many rows, of which every third has no amount. */
const table = (rows: number): TextRecord[] => [
  HEADER,
  ...Array.from({ length: rows }, (_, index) => ({
    line: index + 2,
    cells: [`item-${index}`, 'S', 'Mug', 'mugs', index % 3 === 0 ? '' : '1200', 'EUR'],
  })),
];

class Crash extends Error {}

/** All that an import touches. It crashes before or after its effects with the numbers in `crashes`. */
class World {
  readonly progress = new Map<string, ImportProgress>();
  readonly sent: Chunk[] = [];
  readonly parts: (readonly Refusal[])[] = [];
  readonly reports: { problems: number; progress: ImportProgress }[] = [];
  readonly told: number[] = [];
  continued = 0;
  readOn: () => void = () => undefined;
  #effects = 0;
  readonly #crashes: ReadonlySet<number>;

  constructor(crashes: readonly number[] = []) {
    this.#crashes = new Set(crashes);
  }

  get effects(): number {
    return this.#effects;
  }

  /** Each effect has two moments at which a crash can come. */
  #effect<Result>(effect: () => Result): Result {
    if (this.#crashes.has(this.#effects++)) throw new Crash();
    const result = effect();
    if (this.#crashes.has(this.#effects++)) throw new Crash();
    return result;
  }

  dependencies(records: readonly TextRecord[]): ImportDependencies {
    const { progress, sent, parts, reports } = this;
    const effect = this.#effect.bind(this);
    const readOn = () => this.readOn();
    return {
      imports: {
        find: async ({ versionId }) => progress.get(versionId),
        advance: async ({ versionId }, before, after) =>
          effect(() => {
            const stored = progress.get(versionId);
            if (stored?.rows !== before?.rows || stored?.state !== before?.state) {
              throw new ImportOvertaken('overtaken');
            }
            progress.set(versionId, after);
          }),
      },
      async *recordsOf() {
        for (const record of records) {
          yield record;
          readOn();
        }
      },
      check: ({ amount, ...fields }) =>
        typeof amount === 'number'
          ? {
              row: { ...(fields as Record<'id' | 'sku' | 'name' | 'category' | 'currency', string>), amount },
            }
          : { problems: [{ column: 'amount', reason: 'is required' }] },
      send: async (_, chunks) => effect(() => void sent.push(...chunks)),
      reports: {
        writePart: async (_, part, refusals) =>
          effect(() => {
            parts[part] = refusals;
            return refusals.length * 10;
          }),
        write: async (_, reported) =>
          effect(() => {
            const problems = parts.slice(0, reported.parts).flat().length;
            reports.push({ problems, progress: reported });
            return 'report-1';
          }),
      },
      goOn: async () => {
        this.continued += 1;
      },
      onCheckpoint: (_, { rows }) => this.told.push(rows),
      now: () => new Date('2026-11-22T12:01:00.000Z'),
    };
  }

  /** The ids of the items that were sent, without what was sent again; what was sent again must be the same. */
  items(): string[] {
    const chunks = new Map<string, Chunk>();
    for (const chunk of this.sent) {
      const before = chunks.get(chunk.id);
      if (before) expect(JSON.stringify(before)).toBe(JSON.stringify(chunk));
      chunks.set(chunk.id, chunk);
    }
    return [...chunks.values()].flatMap(({ rows }) => rows.map(({ id }) => id)).sort();
  }
}

const accepted = (rows: number) =>
  Array.from({ length: rows }, (_, index) => index)
    .filter((index) => index % 3 !== 0)
    .map((index) => `item-${index}`)
    .sort();

describe('an import', () => {
  it('tells how far it has come after every ten thousand rows, and at the end', async () => {
    const world = new World();
    await importUpload(world.dependencies(table(25_000)), FILE, HOUR);
    expect(world.told).toEqual([10_000, 20_000, 25_000]);
  });

  it('sends what is valid with the time of the upload, and reports the rest', async () => {
    const world = new World();
    const progress = await importUpload(world.dependencies(table(3)), FILE, HOUR);
    expect(progress).toEqual({
      state: 'DONE',
      rows: 3,
      accepted: 2,
      refused: 1,
      parts: 1,
      partBytes: 10,
      reportVersionId: 'report-1',
      finishedAt: '2026-11-22T12:01:00.000Z',
    });
    const columns = { sku: 'S', name: 'Mug', category: 'mugs', amount: 1200, currency: 'EUR' };
    const updatedAt = '2026-11-22T12:00:00.250Z';
    expect(world.sent).toEqual([
      {
        id: '0-0',
        rows: [
          { line: 3, id: 'item-1', ...columns, updatedAt },
          { line: 4, id: 'item-2', ...columns, updatedAt },
        ],
      },
    ]);
    expect(world.parts).toEqual([[{ line: 2, problems: [{ column: 'amount', reason: 'is required' }] }]]);
    expect(world.progress.get('v1')).toEqual(progress);
  });

  it('refuses a row that claims to be later than the upload, but for the skew of a clock', async () => {
    const world = new World();
    const times = ['2026-11-22T12:05:00.250Z', '2026-11-22T12:05:00.251Z'].values();
    const { check, ...dependencies } = world.dependencies(table(3));
    const withTime: ImportDependencies['check'] = (fields) => {
      const result = check(fields);
      return 'row' in result ? { row: { ...result.row, updatedAt: times.next().value } } : result;
    };
    await importUpload({ ...dependencies, check: withTime }, FILE, HOUR);
    expect(world.items()).toEqual(['item-1']);
    expect(world.parts[0]?.[1]).toEqual({
      line: 4,
      problems: [{ column: 'updatedAt', reason: 'must not be later than the upload' }],
    });
  });

  it('of a file with a header alone is done', async () => {
    const world = new World();
    expect(await importUpload(world.dependencies([HEADER]), FILE, HOUR)).toMatchObject({
      state: 'DONE',
      rows: 0,
    });
    expect(world.reports).toHaveLength(1);
  });

  it.each([
    ['nothing in it', [], 'The file is empty.'],
    ['another header', [{ line: 1, cells: ['a', 'b'] }], /^The first line must name the columns/],
  ])('refuses a file with %s, and asks nobody twice', async (_, records, reason) => {
    const world = new World();
    const progress = await importUpload(world.dependencies(records), FILE, HOUR);
    expect(progress).toMatchObject({ state: 'REFUSED', reason: expect.stringMatching(reason), rows: 0 });
    const { effects } = world;
    expect(await importUpload(world.dependencies(records), FILE, HOUR)).toEqual(progress);
    expect([world.sent, world.reports, world.effects]).toEqual([[], [], effects]);
  });

  it('refuses a file by its name without reading it', async () => {
    const { recordsOf: _, ...dependencies } = new World().dependencies([]);
    const recordsOf = () => {
      throw new Error('It was read.');
    };
    const file = { ...FILE, key: 'uploads/spring.xlsx' };
    expect(await importUpload({ ...dependencies, recordsOf }, file, HOUR)).toMatchObject({
      state: 'REFUSED',
      reason: expect.stringMatching(/^The name must end in/),
    });
  });

  it('sends no row of a file that cannot be read to its end', async () => {
    const world = new World();
    let read = 0;
    world.readOn = () => {
      read += 1;
      if (read === 30_000) throw new UploadRefused('The file is not text in UTF-8.');
    };
    expect(await importUpload(world.dependencies(table(30_000)), FILE, HOUR)).toMatchObject({
      state: 'REFUSED',
      reason: 'The file is not text in UTF-8.',
    });
    expect(world.sent).toEqual([]);
  });

  it('passes over what only stands for a folder', async () => {
    const world = new World();
    const folder = { ...FILE, key: 'uploads/2026/' };
    expect(await importUpload(world.dependencies([]), folder, HOUR)).toBeUndefined();
    expect(world.effects).toBe(0);
  });
});

describe('an import that is interrupted', () => {
  const ROWS = 12_000;
  const records = table(ROWS);
  const valid = accepted(ROWS).join();
  const whole = new World();

  /** As Lambda does: until the run ends without an error. */
  async function untilDone(world: World): Promise<void> {
    for (;;) {
      try {
        await importUpload(world.dependencies(records), FILE, HOUR);
        return;
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
      }
    }
  }

  it('at any moment loses no row and counts none twice', async () => {
    await untilDone(whole);
    expect(whole.effects).toBeGreaterThan(20);
    for (let moment = 0; moment < whole.effects; moment += 1) {
      const world = new World([moment, moment + 7]);
      await untilDone(world);
      expect(world.items().join()).toBe(valid);
      expect(world.progress.get('v1')).toMatchObject({
        state: 'DONE',
        rows: 12_000,
        accepted: 8_000,
        refused: 4_000,
        parts: 2,
      });
      expect(world.reports.at(-1)).toMatchObject({ problems: 4_000, progress: { refused: 4_000 } });
    }
  });

  it('when its time is short goes on in other runs, each from where the last one stopped', async () => {
    const world = new World();
    const short = () => 59_999;
    const progress = [];
    for (let run = 0; run < 3; run += 1) {
      progress.push(await importUpload(world.dependencies(table(21_000)), FILE, short));
    }
    expect(progress.map((reached) => [reached?.state, reached?.rows])).toEqual([
      ['IMPORTING', 10_000],
      ['IMPORTING', 20_000],
      ['DONE', 21_000],
    ]);
    expect(world.continued).toBe(2);
    expect(world.sent.flatMap(({ rows }) => rows)).toHaveLength(14_000);
    expect(world.items()).toEqual(accepted(21_000));
  });

  it('by another run for the same file gives way to the one that is ahead', async () => {
    const world = new World();
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => importUpload(world.dependencies(records), FILE, HOUR)),
    );
    expect(
      results.map((result) => (result.status === 'fulfilled' ? 'done' : result.reason.name)).sort(),
    ).toEqual(['ImportOvertaken', 'ImportOvertaken', 'ImportOvertaken', 'ImportOvertaken', 'done']);
    expect(world.items().join()).toBe(valid);
    expect(world.progress.get('v1')).toMatchObject({ state: 'DONE', accepted: 8_000, refused: 4_000 });
  });
});
