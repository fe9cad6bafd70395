import { describe, expect, it } from '@jest/globals';
import { alertLowStock, type LowStock } from './low-stock.ts';

const at = '2026-11-22T10:00:00.000Z';
const mug = { id: 'mug', sku: 'MUG-1', name: 'Mug', category: 'kitchen' };
const moved = (from: number, to: number, id = 'change-1') => ({
  id,
  at,
  before: { ...mug, stock: from },
  after: { ...mug, stock: to },
});

async function alert(changes: Parameters<typeof alertLowStock>[1], fails: readonly string[] = []) {
  const sent: LowStock[] = [];
  const failures: unknown[] = [];
  const done = new Set<string>();
  const failed = await alertLowStock(
    {
      alerts: {
        async send(one) {
          if (fails.includes(one.id)) throw new Error('no topic');
          sent.push(one);
        },
      },
      async once(id, work) {
        if (!done.has(id)) await work();
        done.add(id);
      },
      threshold: 5,
      onFailed: ({ id }, error) => failures.push([id, (error as Error).message]),
    },
    changes,
  );
  return { sent, failures, failed: failed?.id };
}

describe('an alert of low stock', () => {
  it('is sent when the stock falls below the threshold, with what staff need', async () => {
    expect((await alert([moved(5, 4)])).sent).toEqual([
      { id: 'change-1', itemId: 'mug', sku: 'MUG-1', name: 'Mug', stock: 4, threshold: 5, at },
    ]);
  });

  it.each([
    ['falls to the threshold', moved(6, 5)],
    ['was low already', moved(4, 3)],
    ['rises', moved(4, 5)],
    ['begins low', { id: 'change-1', at, after: { ...mug, stock: 1 } }],
    ['goes with its item', { id: 'change-1', at, before: { ...mug, stock: 9 } }],
  ])('is not sent when the stock %s', async (_, change) => {
    expect((await alert([change])).sent).toEqual([]);
  });

  it('is sent again when the stock has risen meanwhile', async () => {
    const { sent } = await alert([moved(5, 4, '1'), moved(4, 9, '2'), moved(9, 0, '3')]);
    expect(sent.map(({ id, stock }) => [id, stock])).toEqual([
      ['1', 4],
      ['3', 0],
    ]);
  });

  it('is sent once when its change comes five times, and after another', async () => {
    const [fall, other] = [moved(5, 4, '1'), moved(9, 0, '2')];
    const { sent } = await alert([fall, fall, other, fall, other, fall, fall]);
    expect(sent.map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('that cannot be sent is left, with all behind it', async () => {
    const { sent, failures, failed } = await alert(
      [moved(9, 1, '1'), moved(9, 1, '2'), moved(9, 1, '3')],
      ['2'],
    );
    expect(sent.map(({ id }) => id)).toEqual(['1']);
    expect([failed, failures]).toEqual(['2', [['2', 'no topic']]]);
  });
});
