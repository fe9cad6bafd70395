import { randomUUID } from 'node:crypto';
import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { taskHandler } from '../../../../shared/middleware/task.ts';
import { confirmationsTable } from '../adapters/confirmations-table.ts';
import { notificationsTopic, sns } from '../adapters/notifications-topic.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { type SendConfirmationDependencies, sendConfirmation } from '../domain/confirm-order.ts';
import { logKeysOf, orderTask } from './task-schemas.ts';

export const respondWith =
  (dependencies: SendConfirmationDependencies) => (task: { orderId: string; attempt: number }) =>
    sendConfirmation(dependencies, task);

const { ORDERS_TABLE, NOTIFICATIONS_TOPIC } = readEnv(['ORDERS_TABLE', 'NOTIFICATIONS_TOPIC']);
const database = { documents, ordersTable: ORDERS_TABLE };

export const handler = taskHandler(
  orderTask,
  respondWith({
    orders: ordersTable(database),
    confirmations: confirmationsTable(database),
    notifications: notificationsTopic(sns, NOTIFICATIONS_TOPIC),
    newClaim: randomUUID,
    now: () => new Date(),
  }),
  logKeysOf,
);
