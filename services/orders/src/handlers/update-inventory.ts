import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { taskHandler } from '../../../../shared/middleware/task.ts';
import { reservationsTable } from '../adapters/inventory-table.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { type UpdateInventoryDependencies, updateInventory } from '../domain/complete-order.ts';
import { logKeysOf, orderTask } from './task-schemas.ts';

export const respondWith =
  (dependencies: UpdateInventoryDependencies) => (task: { orderId: string; attempt: number }) =>
    updateInventory(dependencies, task);

const { ORDERS_TABLE } = readEnv(['ORDERS_TABLE']);
const database = { documents, ordersTable: ORDERS_TABLE };

export const handler = taskHandler(
  orderTask,
  respondWith({
    orders: ordersTable(database),
    inventory: reservationsTable(database),
    now: () => new Date(),
  }),
  logKeysOf,
);
