import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { taskHandler } from '../../../../shared/middleware/task.ts';
import { inventoryTable } from '../adapters/inventory-table.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { type ReleaseInventoryDependencies, releaseInventory } from '../domain/undo-order.ts';
import { logKeysOf, orderTask } from './task-schemas.ts';

export const respondWith =
  (dependencies: ReleaseInventoryDependencies) => (task: { orderId: string; attempt: number }) =>
    releaseInventory(dependencies, task);

const { ORDERS_TABLE, ITEMS_TABLE } = readEnv(['ORDERS_TABLE', 'ITEMS_TABLE']);
const database = { documents, ordersTable: ORDERS_TABLE, itemsTable: ITEMS_TABLE };

export const handler = taskHandler(
  orderTask,
  respondWith({
    orders: ordersTable(database),
    inventory: inventoryTable(database),
    now: () => new Date(),
  }),
  logKeysOf,
);
