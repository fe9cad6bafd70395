import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { taskHandler } from '../../../../shared/middleware/task.ts';
import { ledgerTable } from '../adapters/ledger-table.ts';
import { ordersTable } from '../adapters/orders-table.ts';

import { type ProcessPaymentDependencies, processPayment } from '../domain/process-payment.ts';
import { paymentProvider } from './payment-provider.ts';
import { logKeysOf, orderTask } from './task-schemas.ts';

export const respondWith =
  (dependencies: ProcessPaymentDependencies) => (task: { orderId: string; attempt: number }) =>
    processPayment(dependencies, task);

const { ORDERS_TABLE } = readEnv(['ORDERS_TABLE']);
const database = { documents, ordersTable: ORDERS_TABLE };

export const handler = taskHandler(
  orderTask,
  respondWith({
    orders: ordersTable(database),
    ledger: ledgerTable(database),
    payments: paymentProvider(),
    now: () => new Date(),
  }),
  logKeysOf,
);
