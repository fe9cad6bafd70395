import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { publishChanges, type Refusal } from './publish-changes.ts';
import type { ShopEvent } from './shop-event.ts';

interface Numbered {
  readonly id: string;
  readonly at: string;
  readonly key: string;
}

const at = '2026-11-22T10:00:00.000Z';
const eventOf = ({ id, key }: Numbered) => {
  const event: ShopEvent = { type: 'ItemUpdated', eventId: id, occurredAt: at, correlationId: id, data: {} };
  return { key, event };
};
/** Changes with ids from 0 on, each of the given key. */
const changesOf = (keys: readonly string[]) =>
  keys.map((key, index): Numbered => ({ id: `${index}`, at, key }));

/** A bus that refuses what `refuses` says, and what it took, call by call. */
function fakeBus(refuses: (event: ShopEvent) => boolean) {
  const calls: string[][] = [];
  return {
    calls,
    async publish(events: readonly ShopEvent[]): Promise<readonly Refusal[]> {
      const refused = events.filter(refuses);
      calls.push(events.filter((event) => !refused.includes(event)).map(({ eventId }) => eventId));
      return refused.map((event) => ({ event, cause: new Error('InternalFailure') }));
    },
  };
}

async function publish(changes: readonly Numbered[], refuses: (event: ShopEvent) => boolean = () => false) {
  const bus = fakeBus(refuses);
  const pauses: number[] = [];
  const published: string[] = [];
  const refused: string[] = [];
  const failed = await publishChanges(
    {
      bus,
      eventOf,
      pause: async (milliseconds) => pauses.push(milliseconds),
      onPublished: ({ eventId }) => published.push(eventId),
      onRefused: ({ event }) => refused.push(event.eventId),
    },
    changes,
  );
  return { calls: bus.calls, pauses, published, refused, failed: failed?.id };
}

describe('changes', () => {
  it('are published together, unless they are of one key', async () => {
    const { calls, failed, pauses } = await publish(changesOf(['a', 'a', 'b', 'a', 'c']));
    expect(calls).toEqual([['0', '2', '4'], ['1'], ['3']]);
    expect([failed, pauses]).toEqual([undefined, []]);
  });

  it('that mean nothing are passed over', async () => {
    const bus = fakeBus(() => false);
    const failed = await publishChanges(
      {
        bus,
        eventOf: () => undefined,
        pause: async () => undefined,
        onPublished: () => undefined,
        onRefused: () => undefined,
      },
      changesOf(['a', 'b']),
    );
    expect([bus.calls, failed]).toEqual([[], undefined]);
  });

  it('that are refused once are tried again, and only those, with what comes next of other keys', async () => {
    let isFirst = true;
    const { calls, failed, pauses, refused } = await publish(
      changesOf(['a', 'a', 'b', 'b']),
      ({ eventId }) => {
        const isRefused = eventId === '0' && isFirst;
        if (isRefused) isFirst = false;
        return isRefused;
      },
    );
    expect(calls).toEqual([['2'], ['0', '3'], ['1']]);
    expect([failed, pauses, refused]).toEqual([undefined, [100], ['0']]);
  });

  it('that are refused three times in a row are left, with those behind them of the same key', async () => {
    const { calls, failed, pauses, published, refused } = await publish(
      changesOf(['a', 'b', 'b', 'c']),
      ({ eventId }) => eventId === '1',
    );
    expect(calls).toEqual([['0', '3'], [], []]);
    expect([failed, pauses, published, refused]).toEqual(['1', [100, 200], ['0', '3'], ['1', '1', '1']]);
  });
});

describe('a stream that is read again from the first change that is left', () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 });
  const luck = fc.infiniteStream(fc.integer({ min: 0, max: 99 }));

  it('has every event published, and those of a key never before an earlier one, whatever is refused', async () => {
    await fc.assert(
      fc.asyncProperty(keys, luck, fc.integer({ min: 0, max: 80 }), async (of, draws, refusedOfHundred) => {
        const all = changesOf(of);
        const published: string[] = [];
        let left: readonly Numbered[] = all;
        for (let round = 0; left.length > 0; round += 1) {
          // As long as it takes, but not for ever.
          const isWell = round > 20;
          const { calls, failed } = await publish(
            left,
            () => !isWell && (draws.next().value ?? 0) < refusedOfHundred,
          );
          published.push(...calls.flat());
          left = failed === undefined ? [] : left.slice(left.findIndex(({ id }) => id === failed));
        }
        for (const key of new Set(of)) {
          const own = all.filter((change) => change.key === key).map(({ id }) => id);
          const firsts = [...new Set(published)].filter((id) => own.includes(id));
          expect(firsts).toEqual(own);
        }
      }),
    );
  });
});
