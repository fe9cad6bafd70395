import { randomUUID } from 'node:crypto';
import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { leaseTable } from '../../../../shared/lease-table.ts';
import { logger, metrics } from '../../../../shared/logger.ts';
import { scheduleHandler } from '../../../../shared/middleware/event.ts';
import { approvalsTable } from '../adapters/approvals-table.ts';
import { orderWorkflow, stepFunctions } from '../adapters/order-workflow.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { unfinishedOrders } from '../adapters/unfinished-orders.ts';
import { type SweepDependencies, sweepOrders } from '../domain/sweep-orders.ts';

export const respondWith =
  (dependencies: SweepDependencies) => async (tick: { remainingTimeMs: () => number }) => {
    const sweep = await sweepOrders(
      dependencies,
      tick,
      (orderId, error) => logger.error('The order could not be swept.', { orderId, error: error as Error }),
      ({ id, correlationId, executions }) =>
        logger.info('The workflow of an order was started.', { orderId: id, correlationId, executions }),
    );
    if (sweep) {
      metrics.addMetric('OrdersRestarted', 'Count', sweep.restarted);
      metrics.addMetric('OrdersNotSwept', 'Count', sweep.failed);
    }
    logger.info(sweep ? 'Unfinished orders were swept.' : 'Another sweep is running.', { ...sweep });
  };

const { ORDERS_TABLE, STATE_MACHINE_ARN } = readEnv(['ORDERS_TABLE', 'STATE_MACHINE_ARN']);
const database = { documents, ordersTable: ORDERS_TABLE };
const now = () => new Date();
const SWEEPER_KEY = { orderId: 'lease#sweeper', record: 'lease' };

export const handler = scheduleHandler(
  respondWith({
    orders: ordersTable(database),
    unfinished: unfinishedOrders(database),
    approvals: approvalsTable(database),
    workflow: orderWorkflow(stepFunctions, STATE_MACHINE_ARN),
    lease: leaseTable(documents, ORDERS_TABLE, SWEEPER_KEY),
    newOwner: randomUUID,
    now,
  }),
);
