import { describe, expect, it } from '@jest/globals';
import { memoryPositions, memoryRecords } from '../../test/memory-stores.ts';
import { expiredRecords } from './expired-records.ts';
import { type Position, type Task, type Walked, walkedKind } from './walk.ts';

const CUT_OFF = new Date('2026-11-22T03:00:00Z');

function walking({ remainingTimeMs = () => 60_000, dryRun = false }: Partial<Task> = {}) {
  const failures: string[] = [];
  const task: Task = { cutOff: CUT_OFF, dryRun, remainingTimeMs, onFailure: (id) => failures.push(id) };
  return { failures, task };
}

/** Numbers in pages of ten, the even ones of which can go. */
function numbers(count: number, fail: (number: number) => void = () => {}) {
  const cleaned: number[] = [];
  const walked: Walked<number> = {
    name: 'uploads',
    async page(position: Position | undefined) {
      const from = Number(position?.from ?? 0);
      const things = Array.from({ length: Math.min(10, count - from) }, (_, index) => from + index);
      return { things, next: from + 10 < count ? { from: String(from + 10) } : undefined };
    },
    idOf: String,
    async clean(number, { dryRun }) {
      fail(number);
      if (number % 2 === 1) return false;
      if (!dryRun) cleaned.push(number);
      return true;
    },
  };
  return { cleaned, walked };
}

describe('a walk', () => {
  it('comes to the end of all pages, and counts what it has seen and cleaned', async () => {
    const { cleaned, walked } = numbers(25);
    const saved = new Map<string, Position>();
    const tally = await walkedKind(walked, memoryPositions(saved)).clean(walking().task);
    expect(tally).toEqual({ seen: 25, cleaned: 13, failed: 0, isWhole: true });
    expect(cleaned).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24]);
    expect(saved.size).toBe(0);
  });

  it('goes on, after its time was over, at the page that it had not finished', async () => {
    const { cleaned, walked } = numbers(25);
    const saved = new Map<string, Position>();
    const left = [20_000, 20_000, 20_000, 20_000, 9_999].values();
    const kind = walkedKind(walked, memoryPositions(saved));
    const { task } = walking({ remainingTimeMs: () => left.next().value ?? 0 });
    expect(await kind.clean(task)).toEqual({ seen: 20, cleaned: 10, failed: 0, isWhole: false });
    expect(saved.get('uploads')).toEqual({ from: '20' });
    cleaned.length = 0;
    expect(await kind.clean(walking().task)).toEqual({ seen: 5, cleaned: 3, failed: 0, isWhole: true });
    expect(cleaned).toEqual([20, 22, 24]);
  });

  it('goes on where it was when its time was over among pages with nothing in them', async () => {
    const empty: Walked<never> = {
      name: 'uploads',
      async page(position) {
        const from = Number(position?.from ?? 0) + 10;
        return { things: [], next: from < 1_000 ? { from: String(from) } : undefined };
      },
      idOf: String,
      clean: async () => false,
    };
    const saved = new Map<string, Position>();
    const left = [20_000, 20_000, 9_999].values();
    const { task } = walking({ remainingTimeMs: () => left.next().value ?? 0 });
    const tally = await walkedKind(empty, memoryPositions(saved)).clean(task);
    expect(tally).toEqual({ seen: 0, cleaned: 0, failed: 0, isWhole: false });
    expect(saved.get('uploads')).toEqual({ from: '20' });
  });

  it('goes past what fails, and tells of it', async () => {
    const { walked } = numbers(25, (number) => {
      if (number === 4) throw new Error('no luck');
    });
    const { failures, task } = walking();
    const tally = await walkedKind(walked, memoryPositions()).clean(task);
    expect(tally).toEqual({ seen: 25, cleaned: 12, failed: 1, isWhole: true });
    expect(failures).toEqual(['4']);
  });

  it('cleans ten thousand things at once', async () => {
    const { walked } = numbers(30_000);
    const tally = await walkedKind(walked, memoryPositions()).clean(walking().task);
    expect(tally).toEqual({ seen: 20_000, cleaned: 10_000, failed: 0, isWhole: false });
  });

  it('begins at the beginning in a dry run, and leaves no position', async () => {
    const { cleaned, walked } = numbers(25);
    const saved = new Map<string, Position>([['uploads', { from: '20' }]]);
    const { task } = walking({ dryRun: true });
    const tally = await walkedKind(walked, memoryPositions(saved)).clean(task);
    expect(tally).toEqual({ seen: 25, cleaned: 13, failed: 0, isWhole: true });
    expect(cleaned).toEqual([]);
    expect(saved.get('uploads')).toEqual({ from: '20' });
  });
});

describe('expired records', () => {
  const at = (time: string) => Date.parse(time) / 1_000;

  it('are deleted when their time is over by the cut-off, and not a second before', async () => {
    const records = memoryRecords(
      new Map([
        ['long ago', at('2026-11-01T00:00:00Z')],
        ['just over', at('2026-11-22T02:59:59Z')],
        ['not yet', at('2026-11-22T03:00:00Z')],
      ]),
    );
    const kind = walkedKind(expiredRecords('requestKeys', records), memoryPositions());
    expect(await kind.clean(walking().task)).toEqual({ seen: 2, cleaned: 2, failed: 0, isWhole: true });
    expect(records.deleted).toEqual(['long ago', 'just over']);
  });

  it('stay in a dry run', async () => {
    const records = memoryRecords(new Map([['long ago', at('2026-11-01T00:00:00Z')]]));
    const kind = walkedKind(expiredRecords('requestKeys', records), memoryPositions());
    expect(await kind.clean(walking({ dryRun: true }).task)).toMatchObject({ cleaned: 1 });
    expect(records.deleted).toEqual([]);
  });
});
