import { documents, documentsOnce } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { requestKeyOf } from '../../../../shared/middleware/idempotency-key.ts';
import { stockTable } from '../adapters/stock-table.ts';
import type { Stock } from '../domain/item.ts';
import { adjustStockContract } from './contracts.ts';
import { entityTag } from './entity-tag.ts';

interface Dependencies {
  readonly stock: Stock;
}

type StockRequest = HttpRequest<{ id: string }, undefined, { delta: number }>;

export const respondWith =
  ({ stock }: Dependencies) =>
  async (request: StockRequest): Promise<HttpResponse> => {
    const item = await stock.adjust(request.path.id, request.body.delta, requestKeyOf(request));
    return { status: 200, headers: { etag: entityTag(item) }, json: item };
  };

const { ITEMS_TABLE, IDEMPOTENCY_TABLE } = readEnv(['ITEMS_TABLE', 'IDEMPOTENCY_TABLE']);

export const handler = httpHandler(
  adjustStockContract,
  respondWith({
    stock: stockTable({
      documents,
      documentsOnce,
      itemsTable: ITEMS_TABLE,
      keysTable: IDEMPOTENCY_TABLE,
      now: () => new Date(),
    }),
  }),
);
