import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { itemsTable } from '../adapters/items-table.ts';
import type { Catalogue } from '../domain/item.ts';
import { adjustStockContract } from './contracts.ts';
import { entityTag } from './entity-tag.ts';

interface Dependencies {
  readonly catalogue: Pick<Catalogue, 'adjustStock'>;
}

type StockRequest = HttpRequest<{ id: string }, undefined, { delta: number }>;

export const respondWith =
  ({ catalogue }: Dependencies) =>
  async ({ path, body }: StockRequest): Promise<HttpResponse> => {
    const item = await catalogue.adjustStock(path.id, body.delta);
    return { status: 200, headers: { etag: entityTag(item) }, json: item };
  };

const { ITEMS_TABLE } = readEnv(['ITEMS_TABLE']);

export const handler = httpHandler(
  adjustStockContract,
  respondWith({ catalogue: itemsTable(documents, ITEMS_TABLE) }),
);
