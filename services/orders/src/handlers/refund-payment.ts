import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { taskHandler } from '../../../../shared/middleware/task.ts';
import { ledgerTable } from '../adapters/ledger-table.ts';
import { ordersTable } from '../adapters/orders-table.ts';

import { type Failure, type RefundPaymentDependencies, refundPayment } from '../domain/undo-order.ts';
import { paymentProvider } from './payment-provider.ts';
import { logKeysOf, undoTask } from './task-schemas.ts';

export const respondWith =
  (dependencies: RefundPaymentDependencies) =>
  (task: { orderId: string; attempt: number; failure: Failure }) =>
    refundPayment(dependencies, task);

const { ORDERS_TABLE } = readEnv(['ORDERS_TABLE']);
const database = { documents, ordersTable: ORDERS_TABLE };

export const handler = taskHandler(
  undoTask,
  respondWith({
    orders: ordersTable(database),
    ledger: ledgerTable(database),
    payments: paymentProvider(),
    now: () => new Date(),
  }),
  logKeysOf,
);
