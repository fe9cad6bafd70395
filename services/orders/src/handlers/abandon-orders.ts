import * as z from 'zod/mini';
import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { logger, metrics } from '../../../../shared/logger.ts';
import { jobHandler, type ScheduledRun } from '../../../../shared/middleware/event.ts';
import { approvalsTable } from '../adapters/approvals-table.ts';
import { inventoryTable } from '../adapters/inventory-table.ts';
import { stepFunctions, waitingTasks } from '../adapters/order-workflow.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { unfinishedOrders } from '../adapters/unfinished-orders.ts';
import { type AbandonDependencies, type Abandonment, abandonOrders } from '../domain/abandon-orders.ts';

const settings = z.strictObject({ dryRun: z._default(z.boolean(), false) });

export const respondWith =
  (dependencies: AbandonDependencies) =>
  async ({ dryRun }: { dryRun: boolean }, run: ScheduledRun): Promise<Abandonment> => {
    const done = await abandonOrders(dependencies, { ...run, dryRun }, (orderId, error) =>
      logger.error('The order could not be abandoned.', { orderId, error: error as Error }),
    );
    if (!dryRun) metrics.addMetric('AbandonedOrders', 'Count', done.abandoned);
    logger.info('Abandoned orders were looked for.', { dryRun, ...done });
    return done;
  };

const { ORDERS_TABLE, ITEMS_TABLE } = readEnv(['ORDERS_TABLE', 'ITEMS_TABLE']);
const database = { documents, ordersTable: ORDERS_TABLE, itemsTable: ITEMS_TABLE };

export const handler = jobHandler(
  settings,
  respondWith({
    orders: ordersTable(database),
    unfinished: unfinishedOrders(database),
    inventory: inventoryTable(database),
    approvals: approvalsTable(database),
    workflow: waitingTasks(stepFunctions),
    now: () => new Date(),
  }),
);
