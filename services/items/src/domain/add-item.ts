import type { Catalogue, Item, ItemDraft, RequestKey } from './item.ts';

/** What a request to create an item is bound to: the id, and a word by which its item is known again. */
export interface Reservation {
  readonly id: string;
  readonly creationKey: string;
}

export interface AddItemDependencies {
  readonly catalogue: Pick<Catalogue, 'add'>;
  readonly newId: () => string;
  readonly now: () => Date;
  /**
   * Binds a request to an id, and returns what it is bound to: what it was bound to first, for as long as the key
   * is remembered.
   * @throws IdempotencyKeyReused when the key is bound to a request with another content
   */
  readonly reserve: (
    request: RequestKey & { readonly content: ItemDraft },
    id: string,
  ) => Promise<Reservation>;
}

/**
 * Puts a new item into the catalogue.
 *
 * A request with a key may run twice, also after a crash between the write and the record of its answer: it is bound
 * to one id before anything is written, and the item says which request made it.
 * @throws ItemAlreadyExists when the id is another request's.
 */
export async function addItem(
  { catalogue, newId, now, reserve }: AddItemDependencies,
  draft: ItemDraft,
  request?: RequestKey,
): Promise<Item> {
  const candidate = draft.id ?? newId();
  const reservation = request && (await reserve({ ...request, content: draft }, candidate));
  const at = now().toISOString();
  const { description, attributes } = draft;
  const item: Item = {
    id: reservation?.id ?? candidate,
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
  return catalogue.add(item, reservation?.creationKey);
}
