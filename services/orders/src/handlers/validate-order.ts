import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { taskHandler } from '../../../../shared/middleware/task.ts';
import { catalogueItems } from '../adapters/catalogue-items.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { type ValidateOrderDependencies, validateOrder } from '../domain/validate-order.ts';
import { logKeysOf, orderTask } from './task-schemas.ts';

export const respondWith =
  (dependencies: ValidateOrderDependencies) => (task: { orderId: string; attempt: number }) =>
    validateOrder(dependencies, task);

const { ORDERS_TABLE, ITEMS_TABLE, APPROVAL_AMOUNT } = readEnv([
  'ORDERS_TABLE',
  'ITEMS_TABLE',
  'APPROVAL_AMOUNT',
]);

export const handler = taskHandler(
  orderTask,
  respondWith({
    orders: ordersTable({ documents, ordersTable: ORDERS_TABLE }),
    items: catalogueItems(documents, ITEMS_TABLE),
    now: () => new Date(),
    approvalAmount: Number(APPROVAL_AMOUNT),
  }),
  logKeysOf,
);
