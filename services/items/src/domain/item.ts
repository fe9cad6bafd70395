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

/**
 * Which state of an item a write was meant for: any of these versions, or none given for any state.
 */
export interface Precondition {
  readonly versions?: readonly number[] | undefined;
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
  /** @throws ItemNotFound, ItemChanged, TooLarge */
  change(id: string, changes: ItemChanges, precondition: Precondition): Promise<Item>;
  /** Removing what is gone already is no error. @throws ItemChanged */
  remove(id: string, precondition: Precondition): Promise<void>;
  /** @throws ItemNotFound, StockRefused */
  adjustStock(id: string, delta: number): Promise<Item>;
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
