import { describe, expect, it } from '@jest/globals';
import { DependencyFailed, InvalidInput } from '../../../../shared/errors.ts';
import { type ReceivedMessage, type RecordDependencies, recordOrders } from './record-orders.ts';
import type { OrderNews } from './recorded-order.ts';

const message = (body: string, receives = 1): ReceivedMessage => ({
  id: `id-${body}`,
  receipt: `receipt-${body}`,
  body,
  receives,
});
const ids = (messages: readonly ReceivedMessage[]) => messages.map(({ id }) => id);

/** What the consumer does with batches of messages, after which it is stopped, and with what fails meanwhile. */
async function recording(
  batches: readonly (readonly ReceivedMessage[])[],
  failures: {
    /** What the database says to each attempt, probes included; nothing is success. */
    readonly database?: readonly (Error | undefined)[];
    readonly remove?: Error;
    readonly giveBack?: Error;
    /** Orders that the database refuses, whoever is with them. */
    readonly refused?: readonly string[];
  } = {},
  /** The correlation ids of what it says is recorded. */
  told: string[] = [],
) {
  const stop = new AbortController();
  const log: unknown[] = [];
  const left = batches.values();
  const answers = (failures.database ?? []).values();
  const answered = () => {
    const { value } = answers.next();
    if (value) throw value;
  };
  const dependencies: RecordDependencies = {
    queue: {
      async receive() {
        const { value, done } = left.next();
        log.push('receive');
        if (done) stop.abort();
        return value ?? [];
      },
      async remove(messages) {
        log.push(['remove', ...ids(messages)]);
        if (failures.remove) throw failures.remove;
      },
      async giveBack(messages) {
        log.push(['give back', ...ids(messages)]);
        if (failures.giveBack) throw failures.giveBack;
      },
    },
    records: {
      async probe() {
        log.push('probe');
        answered();
      },
      async record(orders) {
        log.push(['record', ...orders.map(({ id }) => id)]);
        answered();
        if (orders.some(({ id }) => failures.refused?.includes(id))) throw new RangeError('out of range');
      },
    },
    read(body) {
      if (body.startsWith('bad')) throw new InvalidInput('unreadable');
      return {
        id: body,
        correlationId: `c-${body}`,
        status: 'PLACED',
        placedAt: '',
        lines: [],
      } satisfies OrderNews;
    },
    pause: async (milliseconds) => log.push(['pause', milliseconds]),
    random: () => 0.5,
    onRecorded: ({ correlationId }) => told.push(correlationId),
    onLeft: (id, error) => log.push(['left', id, (error as Error).name]),
    onTrouble: (error, pauseMs) => log.push(['trouble', (error as Error).message, pauseMs]),
    onRecovery: () => log.push('recovery'),
  };
  await recordOrders(dependencies, stop.signal);
  return log;
}

const away = new DependencyFailed('away');

describe('the consumer of order events', () => {
  it('removes messages after it has recorded them', async () => {
    expect(await recording([[message('b'), message('a')], [message('c')]])).toEqual([
      'probe',
      'receive',
      ['record', 'a', 'b'],
      ['remove', 'id-b', 'id-a'],
      'receive',
      ['record', 'c'],
      ['remove', 'id-c'],
      'receive',
    ]);
  });

  it('tells of what it has recorded, and not of what it leaves', async () => {
    const told: string[] = [];
    await recording(
      [[message('a'), message('b')], [message('bad')], [message('c')]],
      { refused: ['b'] },
      told,
    );
    expect(told).toEqual(['c-a', 'c-c']);
  });

  it('receives nothing while the database is away, and asks it less and less often', async () => {
    const database = Array(7).fill(away);
    const pauses = [375, 750, 1_500, 3_000, 6_000, 7_500, 7_500];
    expect(await recording([], { database })).toEqual([
      ...pauses.flatMap((ms) => ['probe', ['trouble', 'away', ms], ['pause', ms]]),
      'probe',
      'receive',
      'recovery',
    ]);
  });

  it('gives back what it received when the database goes away, and receives more once it is back', async () => {
    const database = [undefined, away, away, undefined];
    expect(await recording([[message('a'), message('b')], [message('a', 2)]], { database })).toEqual([
      'probe',
      'receive',
      ['record', 'a', 'b'],
      ['give back', 'id-a', 'id-b'],
      ['trouble', 'away', 375],
      ['pause', 375],
      'probe',
      ['trouble', 'away', 750],
      ['pause', 750],
      'probe',
      'receive',
      ['record', 'a'],
      ['remove', 'id-a'],
      'recovery',
      'receive',
    ]);
  });

  it('leaves a message that the database refuses, and records the others', async () => {
    const batch = [message('a'), message('b'), message('c')];
    expect(await recording([batch], { refused: ['b'] })).toEqual([
      'probe',
      'receive',
      ['record', 'a', 'b', 'c'],
      ['record', 'a'],
      ['remove', 'id-a'],
      ['record', 'b'],
      ['left', 'id-b', 'RangeError'],
      ['record', 'c'],
      ['remove', 'id-c'],
      'receive',
    ]);
  });

  it('gives back only what is not done when the database goes away between two messages', async () => {
    const database = [undefined, undefined, undefined, away];
    const log = await recording([[message('a'), message('b')]], { database, refused: ['b'] });
    expect(log).toContainEqual(['give back', 'id-b']);
  });

  it('tells once of a message that can never be read, and leaves it to the queue', async () => {
    expect(await recording([[message('bad'), message('a')], [message('bad', 2)]])).toEqual([
      'probe',
      'receive',
      ['left', 'id-bad', 'InvalidInput'],
      ['record', 'a'],
      ['remove', 'id-a'],
      'receive',
      'receive',
    ]);
  });

  it('goes on when the queue does not take back what was received', async () => {
    const log = await recording([[message('a')]], { database: [undefined, away], giveBack: away });
    expect(log.slice(-4)).toEqual([['pause', 375], 'probe', 'receive', 'recovery']);
  });

  it('pauses when the queue does not remove what is recorded', async () => {
    const log = await recording([[message('a')]], { remove: new DependencyFailed('queue away') });
    expect(log).toContainEqual(['trouble', 'queue away', 375]);
  });

  it('does nothing when it is stopped before it begins', async () => {
    const stop = AbortSignal.abort();
    await expect(recordOrders({} as RecordDependencies, stop)).resolves.toBeUndefined();
  });
});
