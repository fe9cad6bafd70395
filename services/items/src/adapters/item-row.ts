import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from '../domain/item.ts';

/**
 * An item as it lies in the table. `attributes` is always a map, so that one of its keys can be set without reading
 * the item first. `creationKey` names the request that made the item and `lastWrite` the last change of it, by which
 * a write knows its own earlier attempt whose answer was lost.
 */
export type Row = Omit<Item, 'attributes'> &
  Required<Pick<Item, 'attributes'>> & { readonly creationKey?: string; readonly lastWrite?: string };

/** The fields in the order of the documentation: DynamoDB gives a map's keys in none. */
export function toItem(row: Row): Item {
  const { id, sku, name, description, category, price, stock, attributes, version, createdAt, updatedAt } =
    row;
  return {
    id,
    sku,
    name,
    ...(description !== undefined && { description }),
    category,
    price: { amount: price.amount, currency: price.currency },
    stock,
    ...(Object.keys(attributes).length > 0 && { attributes }),
    version,
    createdAt,
    updatedAt,
  };
}

/** The row that made a condition fail, `null` when there is none, `undefined` when the error is another. */
export function refusedBy(error: unknown): Row | null | undefined {
  if (!(error instanceof ConditionalCheckFailedException)) return undefined;
  return error.Item ? (unmarshall(error.Item) as Row) : null;
}
