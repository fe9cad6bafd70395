import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { OrderMoved } from '../domain/order-errors.ts';
import type { UnfinishedOrders } from '../domain/sweep-orders.ts';
import { orderUpdate, shards } from './order-row.ts';
import type { Database } from './transaction.ts';

const PAGE = 100;
/** How often sweeps are. */
const SWEEP_MS = 5 * 60 * 1_000;

/** Orders without a final status, by the index `unfinished`, which only they are in. */
export function unfinishedOrders({ documents, ordersTable: TableName }: Database): UnfinishedOrders {
  return {
    async *placedBefore(time) {
      // Each sweep begins elsewhere, so that one without the time for all of them comes to all in the end.
      const first = Math.floor(Date.parse(time) / SWEEP_MS) % shards.length;
      for (const shard of [...shards.slice(first), ...shards.slice(0, first)]) {
        const pages = paginateQuery(
          { client: documents },
          {
            TableName,
            IndexName: 'unfinished',
            KeyConditionExpression: 'unfinished = :shard AND placedAt < :time',
            ExpressionAttributeValues: { ':shard': shard, ':time': time },
            Limit: PAGE,
          },
        );
        try {
          for await (const { Items = [] } of pages) yield Items.map(({ orderId }) => String(orderId));
        } catch (error) {
          throw translateDynamodbFailure(error);
        }
      }
    },

    async restart({ id, executions }, step) {
      const input = orderUpdate(TableName, id, step, {
        event: 'RESTARTED',
        set: { executions: executions + 1 },
        when: 'executions = :before AND attribute_exists(unfinished)',
        values: { ':before': executions },
      });
      try {
        await documents.send(new UpdateCommand(input));
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) throw new OrderMoved(id, { cause: error });
        throw translateDynamodbFailure(error);
      }
    },
  };
}
