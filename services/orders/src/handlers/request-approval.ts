import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { taskHandler } from '../../../../shared/middleware/task.ts';
import { approvalsTable } from '../adapters/approvals-table.ts';
import { notificationsTopic, sns } from '../adapters/notifications-topic.ts';
import { stepFunctions, waitingTasks } from '../adapters/order-workflow.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { type RequestApprovalDependencies, requestApproval } from '../domain/approve-order.ts';
import { approvalTask, logKeysOf } from './task-schemas.ts';

export const respondWith =
  (dependencies: RequestApprovalDependencies) =>
  (task: { orderId: string; attempt: number; taskToken: string }) =>
    requestApproval(dependencies, task);

const { ORDERS_TABLE, NOTIFICATIONS_TOPIC } = readEnv(['ORDERS_TABLE', 'NOTIFICATIONS_TOPIC']);
const database = { documents, ordersTable: ORDERS_TABLE };

export const handler = taskHandler(
  approvalTask,
  respondWith({
    orders: ordersTable(database),
    approvals: approvalsTable(database),
    notifications: notificationsTopic(sns, NOTIFICATIONS_TOPIC),
    workflow: waitingTasks(stepFunctions),
    now: () => new Date(),
  }),
  logKeysOf,
);
