import type { Approval, Approvals } from '../domain/approve-order.ts';
import { FORWARD_FROM, orderUpdate } from './order-row.ts';
import { type Database, findRecord, makeAll } from './transaction.ts';

/** The record `approval` beside each order that waits, or has waited, for approval. */
export function approvalsTable(database: Database): Approvals {
  const { ordersTable: TableName } = database;
  const key = (orderId: string) => ({ orderId, record: 'approval' });

  return {
    find: (orderId) => findRecord<Approval>(database, orderId, 'approval'),

    ask: (orderId, taskToken, step) =>
      makeAll(database, orderId, [
        {
          Put: {
            TableName,
            Item: { ...key(orderId), taskToken, requestedAt: step.at },
            // An attempt that comes late must not take the place of the one that waits by now.
            ConditionExpression:
              'attribute_not_exists(decision) AND (attribute_not_exists(requestedAt) OR requestedAt < :at)',
            ExpressionAttributeValues: { ':at': step.at },
          },
        },
        {
          Update: orderUpdate(TableName, orderId, step, {
            event: 'APPROVAL_REQUESTED',
            when: FORWARD_FROM,
            values: { ':from': 'VALIDATED' },
          }),
        },
      ]),

    decide: (orderId, decision, decidedBy, step) =>
      makeAll(database, orderId, [
        {
          Update: {
            TableName,
            Key: key(orderId),
            UpdateExpression: 'SET decision = :decision, decidedBy = :by, decidedAt = :at',
            ConditionExpression: 'attribute_exists(orderId) AND attribute_not_exists(decision)',
            ExpressionAttributeValues: { ':decision': decision, ':by': decidedBy, ':at': step.at },
          },
        },
        {
          Update: orderUpdate(TableName, orderId, step, {
            event: decision === 'approve' ? 'APPROVED' : 'DECLINED',
            when: FORWARD_FROM,
            values: { ':from': 'VALIDATED' },
          }),
        },
      ]),
  };
}
