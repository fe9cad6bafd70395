import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import type { Confirmation, Confirmations } from '../domain/confirm-order.ts';
import { FORWARD_FROM, orderKey, orderUpdate } from './order-row.ts';
import { type Database, findRecord, makeAll, transact } from './transaction.ts';

/** The record `confirmation` beside each order whose confirmation was, or is to be, sent. */
export function confirmationsTable(database: Database): Confirmations {
  const { documents, ordersTable: TableName } = database;
  const key = (orderId: string) => ({ orderId, record: 'confirmation' });

  return {
    find: (orderId) => findRecord<Confirmation>(database, orderId, 'confirmation'),

    async isSent(orderId) {
      const isConsistent = false;
      const known = await findRecord<Confirmation>(database, orderId, 'confirmation', isConsistent);
      return known?.state === 'SENT';
    },

    async claim(orderId, claim, previous) {
      await makeAll(database, orderId, [
        {
          Put: {
            TableName,
            Item: { ...key(orderId), ...claim },
            ...(previous
              ? {
                  ConditionExpression: 'claim = :claim AND #state = :sending',
                  ExpressionAttributeNames: { '#state': 'state' },
                  ExpressionAttributeValues: { ':claim': previous.claim, ':sending': 'SENDING' },
                }
              : { ConditionExpression: 'attribute_not_exists(orderId)' }),
          },
        },
        {
          ConditionCheck: {
            TableName,
            Key: orderKey(orderId),
            ConditionExpression: FORWARD_FROM,
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':from': 'PAID' },
          },
        },
      ]);
    },

    async sent(orderId, step) {
      await transact(database, [
        {
          Update: {
            TableName,
            Key: key(orderId),
            UpdateExpression: 'SET #state = :sent, sentAt = :at',
            ConditionExpression: '#state = :sending',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':sending': 'SENDING', ':sent': 'SENT', ':at': step.at },
          },
        },
        {
          Update: orderUpdate(TableName, orderId, step, {
            event: 'CONFIRMED',
            when: 'attribute_exists(orderId)',
          }),
        },
      ]);
    },

    async drop(orderId, { claim }) {
      try {
        await documents.send(
          new DeleteCommand({
            TableName,
            Key: key(orderId),
            ConditionExpression: 'claim = :claim AND #state = :sending',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':claim': claim, ':sending': 'SENDING' },
          }),
        );
      } catch (error) {
        // Another attempt has it by now.
        if (!(error instanceof ConditionalCheckFailedException)) throw translateDynamodbFailure(error);
      }
    },
  };
}
