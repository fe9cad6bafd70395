import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { OrderNotFound } from '../domain/order.ts';
import type { Orders } from '../domain/orders.ts';
import { oneOrderContract } from './contracts.ts';
import { customerOf, shown } from './customer.ts';

interface Dependencies {
  readonly orders: Pick<Orders, 'find'>;
}

export const respondWith =
  ({ orders }: Dependencies) =>
  async (request: HttpRequest<{ id: string }>): Promise<HttpResponse> => {
    const { id } = request.path;
    const order = await orders.find(id);
    if (order?.customerId !== customerOf(request)) throw new OrderNotFound(id);
    return { status: 200, headers: { 'cache-control': 'no-store' }, json: shown(order) };
  };

const { ORDERS_TABLE } = readEnv(['ORDERS_TABLE']);

export const handler = httpHandler(
  oneOrderContract,
  respondWith({ orders: ordersTable({ documents, ordersTable: ORDERS_TABLE }) }),
);
