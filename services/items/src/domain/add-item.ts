import type { Catalogue, Item, ItemDraft } from './item.ts';

export interface AddItemDependencies {
  readonly catalogue: Pick<Catalogue, 'add'>;
  readonly newId: () => string;
  readonly now: () => Date;
  /** Binds an id to a creation key for good and returns the id that is bound: the first one asked for. */
  readonly reserveId: (creationKey: string, id: string) => Promise<string>;
}

/**
 * Puts a new item into the catalogue.
 *
 * With a creation key the same request may run twice, also after a crash between the write and the record of its
 * answer: the key is bound to one id before anything is written, and the item says which request made it.
 * @throws ItemAlreadyExists when the id is another request's.
 */
export async function addItem(
  { catalogue, newId, now, reserveId }: AddItemDependencies,
  draft: ItemDraft,
  creationKey?: string,
): Promise<Item> {
  const id = draft.id ?? (creationKey ? await reserveId(creationKey, newId()) : newId());
  const at = now().toISOString();
  const { description, attributes } = draft;
  const item: Item = {
    id,
    sku: draft.sku,
    name: draft.name,
    ...(description !== undefined && { description }),
    category: draft.category,
    price: draft.price,
    stock: draft.stock ?? 0,
    ...(attributes !== undefined && { attributes }),
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
  return catalogue.add(item, creationKey);
}
