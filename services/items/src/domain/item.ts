import { Conflict, NotFound, PreconditionFailed } from '../../../../shared/errors.ts';

/** An amount of money in the currency's minor unit (cents for EUR); `currency` is an ISO 4217 code. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

export type AttributeValue = string | number | boolean;

/**
 * One article of the catalogue. `version` counts the edits of what an editor owns; a stock movement is no edit
 * and moves neither `version` nor `updatedAt`, so that a reservation never makes an editor's copy stale.
 * Times are ISO 8601 in UTC.
 */
export interface Item {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly description?: string;
  readonly category: string;
  readonly price: Money;
  readonly stock: number;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What an editor gives to put an item into the catalogue; an absent stock is none. */
export interface ItemDraft {
  readonly id?: string | undefined;
  readonly sku: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly category: string;
  readonly price: Money;
  readonly stock?: number | undefined;
  readonly attributes?: Readonly<Record<string, AttributeValue>> | undefined;
}

export type ItemReplacement = Omit<ItemDraft, 'id'>;

/** A JSON merge patch (RFC 7396): an absent field stays, `null` removes. */
export interface ItemPatch {
  readonly sku?: string | undefined;
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly category?: string | undefined;
  readonly price?:
    | { readonly amount?: number | undefined; readonly currency?: string | undefined }
    | undefined;
  readonly stock?: number | undefined;
  readonly attributes?: Readonly<Record<string, AttributeValue | null>> | null | undefined;
}

/** One page of the catalogue and where the next begins; no position means that this is the last page. */
export interface ItemPage {
  readonly items: readonly Item[];
  readonly nextPosition?: string;
}

/** A state of an item: which item of this id it is, by the time of its creation, how often edited, how many left. */
export type ItemState = Pick<Item, 'version' | 'stock' | 'createdAt'>;

/** Which state of an item a write was meant for: one of these, or any when none are given. */
export interface Precondition {
  readonly states?: readonly ItemState[] | undefined;
}

/** Who asks, and the name that the caller gave to the request. */
export interface RequestKey {
  readonly caller: string;
  readonly key: string;
}

/** Where the catalogue is kept. */
export interface Catalogue {
  /**
   * Adds the item. `creationKey` names the request that creates it: when an item with this id was already made
   * by the same request, that item is the answer.
   * @throws ItemAlreadyExists
   */
  add(item: Item, creationKey?: string): Promise<Item>;
  find(id: string): Promise<Item | undefined>;
  /** Reads `limit` items from a position on; what it costs does not depend on the size of the catalogue. */
  page(query: {
    limit: number;
    category?: string | undefined;
    position?: string | undefined;
  }): Promise<ItemPage>;
  /**
   * Changes the item if it is in one of the expected states. Stock counts for that only when it is what changes.
   * @throws ItemNotFound, ItemChanged, TooLarge
   */
  change(id: string, changes: ItemChanges, precondition: Precondition): Promise<Item>;
  /** Removing what is gone already is no error. @throws ItemChanged */
  remove(id: string, precondition: Precondition): Promise<void>;
}

/** The stock of the catalogue's items. */
export interface Stock {
  /**
   * Moves the stock of an item by `delta`. With a request key it moves once, however often the request is repeated;
   * the answer is the item as it is then.
   * @throws ItemNotFound, StockRefused, IdempotencyKeyReused
   */
  adjust(id: string, delta: number, request?: RequestKey): Promise<Item>;
}

/** The fields to set, by path, and the fields to remove; `edit` says whether the version moves on. */
export interface ItemChanges {
  readonly set: readonly (readonly [path: readonly string[], value: unknown])[];
  readonly remove: readonly (readonly string[])[];
  readonly edit?: { readonly at: string };
}

/** Units of one item that the catalogue can count. */
export const MAX_STOCK = 1_000_000_000;

export class ItemNotFound extends NotFound {
  constructor(id: string) {
    super(`There is no item ${id}.`);
  }
}

export class ItemAlreadyExists extends Conflict {
  constructor(id: string) {
    super(`There is an item ${id} already.`);
  }
}

export class ItemChanged extends PreconditionFailed {
  constructor(id: string) {
    super(`Item ${id} has been changed since the state that If-Match names.`);
  }
}

export class StockRefused extends Conflict {
  constructor(id: string, delta: number) {
    super(
      delta < 0
        ? `Item ${id} has fewer than ${-delta} in stock.`
        : `Item ${id} cannot have more than ${MAX_STOCK} in stock.`,
    );
  }
}
