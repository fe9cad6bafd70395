import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { approvalsTable } from '../adapters/approvals-table.ts';
import { inventoryTable } from '../adapters/inventory-table.ts';
import { stepFunctions, waitingTasks } from '../adapters/order-workflow.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { type CancelOrderDependencies, cancelOrder } from '../domain/cancel-order.ts';
import { oneOrderContract } from './contracts.ts';
import { customerOf, shown } from './customer.ts';

export const respondWith =
  (dependencies: CancelOrderDependencies) =>
  async (request: HttpRequest<{ id: string }>): Promise<HttpResponse> => {
    const customerId = customerOf(request);
    const order = await cancelOrder(dependencies, { orderId: request.path.id, customerId });
    return { status: 200, json: shown(order) };
  };

const { ORDERS_TABLE, ITEMS_TABLE } = readEnv(['ORDERS_TABLE', 'ITEMS_TABLE']);
const database = { documents, ordersTable: ORDERS_TABLE, itemsTable: ITEMS_TABLE };

export const handler = httpHandler(
  oneOrderContract,
  respondWith({
    orders: ordersTable(database),
    inventory: inventoryTable(database),
    approvals: approvalsTable(database),
    workflow: waitingTasks(stepFunctions),
    now: () => new Date(),
  }),
);
