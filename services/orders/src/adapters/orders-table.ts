import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { KEYS_KEPT_SECONDS, keyReused } from '../../../../shared/request-keys.ts';
import type { StoredOrder } from '../domain/order.ts';
import { OrderMoved } from '../domain/order-errors.ts';
import type { OrderSummary, Orders, Step } from '../domain/orders.ts';
import {
  FINAL_VALUES,
  FORWARD_FROM,
  OPEN,
  type OrderChange,
  orderKey,
  orderUpdate,
  toOrder,
  toRow,
  UNDOING,
} from './order-row.ts';
import { type Database, findRecord, makeAll, transact, type Write } from './transaction.ts';

/** Orders in the table `ordersTable`, with the requests that placed them. */
export function ordersTable(database: Database): Orders {
  const { documents, ordersTable: TableName } = database;

  const update = (orderId: string, step: Step, change: OrderChange): Write => ({
    Update: orderUpdate(TableName, orderId, step, change),
  });
  /** The row is as the condition says. */
  const check = (orderId: string, record: string, condition: string, values: object): Write => ({
    ConditionCheck: {
      TableName,
      Key: { orderId, record },
      ConditionExpression: condition,
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ...values },
    },
  });
  async function change(orderId: string, step: Step, details: OrderChange): Promise<StoredOrder> {
    try {
      const input = orderUpdate(TableName, orderId, step, details);
      const { Attributes = {} } = await documents.send(
        new UpdateCommand({ ...input, ReturnValues: 'ALL_NEW' }),
      );
      return toOrder(Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw new OrderMoved(orderId, { cause: error });
      throw translateDynamodbFailure(error);
    }
  }

  async function find(orderId: string): Promise<StoredOrder | undefined> {
    const row = await findRecord<Record<string, unknown>>(database, orderId, 'order');
    return row && toOrder(row);
  }

  return {
    find,

    async place({ order, request, content }) {
      const seconds = Math.floor(Date.parse(order.placedAt) / 1_000);
      const refusals = await transact(database, [
        { Put: { TableName, Item: toRow(order), ConditionExpression: 'attribute_not_exists(orderId)' } },
        {
          Put: {
            TableName,
            Item: {
              orderId: `request#${request}`,
              record: 'request',
              placed: order.id,
              content,
              expiration: seconds + KEYS_KEPT_SECONDS,
            },
            // DynamoDB deletes what has expired when it finds the time, which may be days later.
            ConditionExpression: 'attribute_not_exists(orderId) OR expiration < :now',
            ExpressionAttributeValues: { ':now': seconds },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
      ]);
      if (!refusals) return order;
      const [, refused] = refusals;
      if (!refused) throw new OrderMoved(order.id);
      const first = refused.Item && unmarshall(refused.Item);
      if (first?.content !== content) throw keyReused(refused);
      const placed = await find(String(first.placed));
      if (!placed) throw new OrderMoved(String(first.placed));
      return placed;
    },

    async page({ customerId, limit, position }) {
      try {
        const { Items = [], LastEvaluatedKey } = await documents.send(
          new QueryCommand({
            TableName,
            IndexName: 'byCustomer',
            KeyConditionExpression: 'customerId = :customer',
            ExpressionAttributeValues: { ':customer': customerId },
            ScanIndexForward: false,
            Limit: limit,
            ExclusiveStartKey: position ? { ...orderKey(position), customerId } : undefined,
          }),
        );
        return {
          orders: Items.map((row): OrderSummary => {
            const { id, status, reason, total, placedAt } = toOrder(row);
            return { id, status, placedAt, ...(reason && { reason }), ...(total && { total }) };
          }),
          ...(LastEvaluatedKey && { nextPosition: String(LastEvaluatedKey.orderId) }),
        };
      } catch (error) {
        throw translateDynamodbFailure(error);
      }
    },

    async validate(orderId, { lines, total }, step) {
      await change(orderId, step, {
        event: 'VALIDATED',
        status: 'VALIDATED',
        set: { lines, total },
        when: FORWARD_FROM,
        values: { ':from': 'PENDING' },
      });
    },

    async reject(orderId, reason, step) {
      await change(orderId, step, {
        event: 'FAILED',
        status: 'FAILED',
        reason,
        when: FORWARD_FROM,
        values: { ':from': 'PENDING' },
      });
    },

    async complete(orderId, step) {
      await makeAll(database, orderId, [
        update(orderId, step, {
          event: 'COMPLETE',
          status: 'COMPLETE',
          when: FORWARD_FROM,
          values: { ':from': 'PAID' },
        }),
        check(orderId, 'reservation', '#state = :committed', { ':committed': 'COMMITTED' }),
        check(orderId, 'confirmation', '#state = :sent', { ':sent': 'SENT' }),
      ]);
    },

    undo: (orderId, reason, step) =>
      change(orderId, step, {
        event: 'COMPENSATING',
        reason,
        set: { undoing: reason },
        when: `attribute_exists(orderId) AND attribute_not_exists(undoing) AND ${OPEN}`,
        values: FINAL_VALUES,
      }),

    async fail({ id: orderId, undoing = 'INTERNAL_ERROR' }, step) {
      await makeAll(database, orderId, [
        update(orderId, step, {
          event: 'FAILED',
          status: 'FAILED',
          reason: undoing,
          when: UNDOING,
          values: FINAL_VALUES,
        }),
        check(orderId, 'reservation', 'attribute_not_exists(orderId) OR #state = :released', {
          ':released': 'RELEASED',
        }),
        check(orderId, 'charge', 'attribute_not_exists(orderId) OR #state IN (:refunded, :voided)', {
          ':refunded': 'REFUNDED',
          ':voided': 'VOIDED',
        }),
      ]);
    },
  };
}
