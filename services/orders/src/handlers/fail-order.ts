import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { taskHandler } from '../../../../shared/middleware/task.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { type FailOrderDependencies, failOrder } from '../domain/undo-order.ts';
import { logKeysOf, orderTask } from './task-schemas.ts';

export const respondWith =
  (dependencies: FailOrderDependencies) => (task: { orderId: string; attempt: number }) =>
    failOrder(dependencies, task);

const { ORDERS_TABLE } = readEnv(['ORDERS_TABLE']);

export const handler = taskHandler(
  orderTask,
  respondWith({ orders: ordersTable({ documents, ordersTable: ORDERS_TABLE }), now: () => new Date() }),
  logKeysOf,
);
