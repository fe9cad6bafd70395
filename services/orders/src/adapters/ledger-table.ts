import type { Ledger } from '../domain/orders.ts';
import { chargeOf } from '../domain/process-payment.ts';
import { FINAL_VALUES, FORWARD_FROM, orderUpdate, UNDOING } from './order-row.ts';
import { type Database, makeAll } from './transaction.ts';

/** The record `charge` beside each order whose payment began: what was captured, and what was given back. */
export function ledgerTable(database: Database): Ledger {
  const { ordersTable: TableName } = database;
  const key = (orderId: string) => ({ orderId, record: 'charge' });

  return {
    async begin(order, step) {
      const { key: name, amount } = chargeOf(order);
      await makeAll(database, order.id, [
        {
          Update: orderUpdate(TableName, order.id, step, {
            event: 'PAYMENT_STARTED',
            set: { paymentStartedAt: step.at },
            when: `${FORWARD_FROM} AND attribute_not_exists(paymentStartedAt)`,
            values: { ':from': 'RESERVED' },
          }),
        },
        {
          Put: {
            TableName,
            Item: { ...key(order.id), state: 'STARTED', key: name, amount, startedAt: step.at },
            ConditionExpression: 'attribute_not_exists(orderId)',
          },
        },
      ]);
    },

    async capture(orderId, { reference, amount }, step) {
      await makeAll(database, orderId, [
        {
          Update: orderUpdate(TableName, orderId, step, {
            event: 'PAID',
            status: 'PAID',
            when: FORWARD_FROM,
            values: { ':from': 'RESERVED' },
          }),
        },
        {
          Update: {
            TableName,
            Key: key(orderId),
            UpdateExpression:
              'SET #state = :captured, #reference = :reference, captured = :amount, capturedAt = :at',
            ConditionExpression: '#state = :started',
            ExpressionAttributeNames: { '#state': 'state', '#reference': 'reference' },
            ExpressionAttributeValues: {
              ':started': 'STARTED',
              ':captured': 'CAPTURED',
              ':reference': reference,
              ':amount': amount,
              ':at': step.at,
            },
          },
        },
      ]);
    },

    async refund(orderId, { state, reference = null }, step) {
      await makeAll(database, orderId, [
        {
          Update: orderUpdate(TableName, orderId, step, {
            event: state === 'REFUNDED' ? 'REFUNDED' : 'PAYMENT_VOIDED',
            set: { refundedAt: step.at },
            when: `${UNDOING} AND attribute_not_exists(refundedAt)`,
            values: FINAL_VALUES,
          }),
        },
        {
          Update: {
            TableName,
            Key: key(orderId),
            UpdateExpression: 'SET #state = :state, refund = :reference, refundedAt = :at',
            ConditionExpression: '#state IN (:started, :captured)',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: {
              ':started': 'STARTED',
              ':captured': 'CAPTURED',
              ':state': state,
              ':reference': reference,
              ':at': step.at,
            },
          },
        },
      ]);
    },
  };
}
