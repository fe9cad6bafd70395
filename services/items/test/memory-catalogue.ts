import type { Catalogue, Item, ItemChanges, Precondition } from '../src/domain/item.ts';

type Call = readonly [operation: string, ...args: unknown[]];

/** A catalogue that holds one item, answers with it, and keeps the calls that it got. */
export function memoryCatalogue(item?: Item): Catalogue & { readonly calls: Call[] } {
  const calls: Call[] = [];
  const answer = () => {
    if (!item) throw new Error('The catalogue of this test is empty.');
    return item;
  };
  return {
    calls,
    add: async (added: Item, creationKey?: string) => {
      calls.push(['add', added, creationKey]);
      return added;
    },
    find: async (id: string) => (item?.id === id ? item : undefined),
    page: async (query) => {
      calls.push(['page', query]);
      return { items: item ? [item] : [], ...(query.position !== 'last' && { nextPosition: 'last' }) };
    },
    change: async (id: string, changes: ItemChanges, precondition: Precondition) => {
      calls.push(['change', id, changes, precondition]);
      return answer();
    },
    remove: async (id: string, precondition: Precondition) => void calls.push(['remove', id, precondition]),
  };
}
