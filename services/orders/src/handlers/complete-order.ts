import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { taskHandler } from '../../../../shared/middleware/task.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { type CompleteOrderDependencies, completeOrder } from '../domain/complete-order.ts';
import { logKeysOf, orderTask } from './task-schemas.ts';

export const respondWith =
  (dependencies: CompleteOrderDependencies) => (task: { orderId: string; attempt: number }) =>
    completeOrder(dependencies, task);

const { ORDERS_TABLE } = readEnv(['ORDERS_TABLE']);

export const handler = taskHandler(
  orderTask,
  respondWith({ orders: ordersTable({ documents, ordersTable: ORDERS_TABLE }), now: () => new Date() }),
  logKeysOf,
);
