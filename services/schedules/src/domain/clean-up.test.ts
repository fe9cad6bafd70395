import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { memoryPositions, memoryRecords } from '../../test/memory-stores.ts';
import { type CleanUpDependencies, type CleanUpOrder, cleanUp } from './clean-up.ts';
import { expiredRecords } from './expired-records.ts';
import { KINDS, type Kind, type Tally, walkedKind } from './walk.ts';

const NOW = new Date('2026-11-22T03:00:00Z');
const ORDER: CleanUpOrder = {
  ...{ time: NOW, dryRun: false, kinds: KINDS, continuation: 0 },
  remainingTimeMs: () => 300_000,
};
const WHOLE: Tally = { seen: 3, cleaned: 2, failed: 0, isWhole: true };

/** A clean-up of some kinds, and what it does. */
function cleaning(kinds: readonly Kind[], more: Partial<CleanUpDependencies> = {}) {
  const done: string[] = [];
  const dependencies: CleanUpDependencies = {
    kinds,
    lease: {
      async take(owner, now, until) {
        done.push(`${owner} takes from ${new Date(now).toISOString()} for ${until - now} ms`);
        return true;
      },
      release: async (owner) => void done.push(`${owner} releases`),
    },
    storeTime: async () => NOW,
    now: () => NOW,
    newOwner: () => 'me',
    goOn: async (rest) => void done.push(`go on ${JSON.stringify(rest)}`),
    onFailure: (kind, id, error) => void done.push(`${kind} ${id}: ${(error as Error).message}`),
    ...more,
  };
  return { done, run: (order: Partial<CleanUpOrder> = {}) => cleanUp(dependencies, { ...ORDER, ...order }) };
}
const TAKEN = 'me takes from 2026-11-22T03:00:00.000Z for 300000 ms';

describe('a clean-up', () => {
  it('cleans each kind, alone, and says what it has done', async () => {
    const { done, run } = cleaning([
      { name: 'uploads', clean: async () => WHOLE },
      { name: 'requestKeys', clean: async () => ({ ...WHOLE, cleaned: 0 }) },
    ]);
    expect(await run()).toEqual({
      ...{ cutOff: NOW, dryRun: false, isWhole: true },
      kinds: { uploads: WHOLE, requestKeys: { seen: 3, cleaned: 0, failed: 0, isWhole: true } },
    });
    expect(done).toEqual([TAKEN, 'me releases']);
  });

  it('leaves everything to another that is under way', async () => {
    const { run } = cleaning([], { lease: { take: async () => false, release: async () => {} } });
    expect(await run()).toBeUndefined();
  });

  it.each([
    ['the event', '2026-11-22T02:00:00Z', '2026-11-22T02:30:00Z', '2026-11-22T02:30:00Z'],
    ['the function', '2026-11-22T02:30:00Z', '2026-11-22T02:00:00Z', '2026-11-22T02:30:00Z'],
    ['the stores', '2026-11-22T02:30:00Z', '2026-11-22T02:30:00Z', '2026-11-22T02:00:00Z'],
  ])('goes by the clock of %s when it is the earliest', async (_, event, own, stores) => {
    const cutOffs: Date[] = [];
    const { run } = cleaning(
      [
        {
          name: 'uploads',
          async clean({ cutOff }) {
            cutOffs.push(cutOff);
            return WHOLE;
          },
        },
      ],
      { now: () => new Date(own), storeTime: async () => new Date(stores) },
    );
    await run({ time: new Date(event) });
    expect(cutOffs).toEqual([new Date('2026-11-22T02:00:00Z')]);
  });

  it('shares its time out evenly among the kinds', async () => {
    const shares: number[] = [];
    let left = 45_000;
    const kind = (name: Kind['name'], takes: number): Kind => ({
      name,
      async clean({ remainingTimeMs }) {
        shares.push(remainingTimeMs());
        left -= takes;
        return WHOLE;
      },
    });
    const { run } = cleaning([kind('abandonedOrders', 20_000), kind('uploads', 0), kind('sentAlerts', 0)]);
    await run({ remainingTimeMs: () => left });
    // 40 s among two, 20 s are left for the third when the first has taken more than its share.
    expect(shares.map(Math.round)).toEqual([13_333, 10_000, 20_000]);
  });

  it('has what it did not finish cleaned at once, by the same cut-off', async () => {
    const { done, run } = cleaning([
      { name: 'uploads', clean: async () => WHOLE },
      { name: 'requestKeys', clean: async () => ({ ...WHOLE, isWhole: false }) },
    ]);
    expect(await run({ continuation: 9 })).toMatchObject({ isWhole: false });
    expect(done).toEqual([
      TAKEN,
      'me releases',
      'go on {"time":"2026-11-22T03:00:00.000Z","kinds":["requestKeys"],"continuation":10}',
    ]);
  });

  it('leaves the rest to the next day after ten continuations', async () => {
    const { done, run } = cleaning([{ name: 'uploads', clean: async () => ({ ...WHOLE, isWhole: false }) }]);
    await run({ continuation: 10 });
    expect(done).toEqual([TAKEN, 'me releases']);
  });

  it('only cleans the kinds that it is asked for', async () => {
    const { run } = cleaning([
      { name: 'uploads', clean: async () => WHOLE },
      { name: 'sentAlerts', clean: async () => WHOLE },
    ]);
    expect((await run({ kinds: ['sentAlerts'] }))?.kinds).toEqual({ sentAlerts: WHOLE });
  });

  it('cleans the other kinds when one cannot be read, and then fails', async () => {
    const cleaned: string[] = [];
    const { done, run } = cleaning([
      {
        name: 'uploads',
        clean: async () => {
          throw new Error('no luck');
        },
      },
      {
        name: 'sentAlerts',
        async clean() {
          cleaned.push('sentAlerts');
          return WHOLE;
        },
      },
    ]);
    await expect(run()).rejects.toMatchObject({ name: 'CleanUpFailed', message: 'Not cleaned: uploads.' });
    expect(cleaned).toEqual(['sentAlerts']);
    expect(done).toEqual([TAKEN, 'uploads undefined: no luck', 'me releases']);
  });

  it('takes no lease and goes not on in a dry run', async () => {
    const { done, run } = cleaning([
      { name: 'uploads', clean: async ({ dryRun }) => ({ ...WHOLE, isWhole: !dryRun }) },
    ]);
    expect(await run({ dryRun: true })).toMatchObject({ dryRun: true, isWhole: false });
    expect(done).toEqual([]);
  });
});

const YEARS_MS = 30 * 365 * 24 * 60 * 60 * 1_000;
const HOUR_MS = 60 * 60 * 1_000;
const rowsAround = fc.array(fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS }), { maxLength: 20 });

/** Rows that expire so many milliseconds after now. */
const expiringIn = (offsets: readonly number[]) =>
  new Map(offsets.map((offset, index) => [`row-${index}`, Math.floor((NOW.getTime() + offset) / 1_000)]));

/** Cleans rows with clocks that are so far ahead, by the true time of the stores. */
async function cleanedWith(rows: Map<string, number>, clocks: { event: number; own: number }) {
  const records = memoryRecords(rows);
  const { run } = cleaning([walkedKind(expiredRecords('requestKeys', records), memoryPositions())], {
    now: () => new Date(NOW.getTime() + clocks.own),
  });
  await run({ time: new Date(NOW.getTime() + clocks.event) });
  return records.deleted;
}

describe('whatever its clocks say', () => {
  const moved = (by: number) =>
    fc.record({ event: fc.integer({ min: -by, max: by }), own: fc.integer({ min: -by, max: by }) });

  it('a clean-up deletes nothing that is live, with clocks moved by years', async () => {
    await fc.assert(
      fc.asyncProperty(rowsAround, moved(YEARS_MS), async (offsets, clocks) => {
        const rows = expiringIn(offsets);
        const live = [...rows].filter(([, at]) => at >= NOW.getTime() / 1_000).map(([id]) => id);
        await cleanedWith(rows, clocks);
        expect([...rows.keys()]).toEqual(expect.arrayContaining(live));
      }),
    );
  });

  it('two clean-ups with clocks an hour apart delete together what the later cut-off deletes alone', async () => {
    await fc.assert(
      fc.asyncProperty(rowsAround, moved(HOUR_MS), moved(HOUR_MS), async (offsets, one, other) => {
        const rows = expiringIn(offsets);
        const [first, second] = await Promise.all([cleanedWith(rows, one), cleanedWith(rows, other)]);
        const later = Math.max(Math.min(0, one.event, one.own), Math.min(0, other.event, other.own));
        const alone = await cleanedWith(expiringIn(offsets), { event: later, own: later });
        expect([...first, ...second].sort()).toEqual(alone.sort());
      }),
    );
  });
});
