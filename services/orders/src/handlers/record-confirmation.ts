import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { topicHandler } from '../../../../shared/middleware/event.ts';
import { confirmationsTable } from '../adapters/confirmations-table.ts';
import { type RecordConfirmationDependencies, recordConfirmation } from '../domain/confirm-order.ts';
import { confirmationMessage } from './task-schemas.ts';

export const respondWith = (dependencies: RecordConfirmationDependencies) => (message: { orderId: string }) =>
  recordConfirmation(dependencies, message);

const { ORDERS_TABLE } = readEnv(['ORDERS_TABLE']);

export const handler = topicHandler(
  confirmationMessage,
  respondWith({
    confirmations: confirmationsTable({ documents, ordersTable: ORDERS_TABLE }),
    now: () => new Date(),
  }),
);
