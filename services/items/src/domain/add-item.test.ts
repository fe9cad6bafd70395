import { describe, expect, it } from '@jest/globals';
import { addItem, type Reservation } from './add-item.ts';
import type { Item, RequestKey } from './item.ts';

const draft = { sku: 'S', name: 'N', category: 'C', price: { amount: 1, currency: 'EUR' } };

function fakes() {
  const added: [Item, string | undefined][] = [];
  const reserved = new Map<string, Reservation>();
  let made = 0;
  return {
    added,
    catalogue: {
      add: async (item: Item, creationKey?: string) => {
        added.push([item, creationKey]);
        return item;
      },
    },
    newId: () => `id-${++made}`,
    now: () => new Date('2026-11-22T10:00:00Z'),
    reserve: async ({ key }: RequestKey, id: string) => {
      const first = reserved.get(key) ?? { id, creationKey: `made-by-${key}` };
      reserved.set(key, first);
      return first;
    },
  };
}

describe('adding an item', () => {
  it('begins at version 1, without stock, created and updated now', async () => {
    expect(await addItem(fakes(), draft)).toEqual({
      ...draft,
      id: 'id-1',
      stock: 0,
      version: 1,
      createdAt: '2026-11-22T10:00:00.000Z',
      updatedAt: '2026-11-22T10:00:00.000Z',
    });
  });

  it('takes the id and the optional fields that are given', async () => {
    const given = { ...draft, id: 'mine', stock: 3, description: 'D', attributes: { a: true } };
    expect(await addItem(fakes(), given)).toMatchObject(given);
  });

  it('comes to the same id when the same request runs again', async () => {
    const dependencies = fakes();
    await addItem(dependencies, draft, { caller: 'alice', key: 'key' });
    await addItem(dependencies, draft, { caller: 'alice', key: 'key' });
    await addItem(dependencies, draft, { caller: 'alice', key: 'other' });
    expect(dependencies.added.map(([{ id }, key]) => [id, key])).toEqual([
      ['id-1', 'made-by-key'],
      ['id-1', 'made-by-key'],
      ['id-3', 'made-by-other'],
    ]);
  });
});
