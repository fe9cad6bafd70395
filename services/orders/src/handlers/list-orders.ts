import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { type PageCursors, signedPageCursors } from '../../../../shared/page-cursors.ts';
import { signingKeyTable } from '../../../../shared/signing-key-table.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import type { Orders } from '../domain/orders.ts';
import { listOrdersContract } from './contracts.ts';
import { customerOf } from './customer.ts';

interface Dependencies {
  readonly orders: Pick<Orders, 'page'>;
  readonly cursors: PageCursors;
}

interface Query {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export const respondWith =
  ({ orders: all, cursors }: Dependencies) =>
  async (request: HttpRequest<undefined, Query>): Promise<HttpResponse> => {
    const { limit = 20, cursor } = request.query;
    const customerId = customerOf(request);
    const scope = ['orders', customerId];
    const position = cursor === undefined ? undefined : await cursors.open(cursor, scope);
    const { orders, nextPosition } = await all.page({ customerId, limit, position });
    const nextCursor = nextPosition === undefined ? null : await cursors.seal(nextPosition, scope);
    return { status: 200, headers: { 'cache-control': 'no-store' }, json: { orders, nextCursor } };
  };

const { ORDERS_TABLE, SIGNING_KEYS_TABLE } = readEnv(['ORDERS_TABLE', 'SIGNING_KEYS_TABLE']);

export const handler = httpHandler(
  listOrdersContract,
  respondWith({
    orders: ordersTable({ documents, ordersTable: ORDERS_TABLE }),
    cursors: signedPageCursors(signingKeyTable(documents, SIGNING_KEYS_TABLE, 'orders-page-cursor')),
  }),
);
