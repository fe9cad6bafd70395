import {
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { isWritten, translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { DependencyFailed } from '../../../../shared/errors.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';

const orderKey = (orderId: string, connectionId: string) => ({
  id: `order#${orderId}`,
  member: connectionId,
});
const connectionKey = (connectionId: string) => ({ id: `connection#${connectionId}`, member: 'orders' });
const seconds = (time: Date) => Math.floor(time.getTime() / 1_000);

/**
 * Subscriptions in the table `TableName`: a row for each under its order, and one for each connection with its orders,
 * which is written first and deleted last, so that whatever is interrupted is found again.
 */
export function subscriptionsTable(
  documents: Pick<DynamoDBDocumentClient, 'send'>,
  TableName: string,
): Subscriptions {
  const translated = <Answer>(answer: Promise<Answer>) =>
    answer.catch((error: unknown) => {
      throw translateDynamodbFailure(error);
    });

  return {
    async add({ orderId, connectionId, until }, max) {
      const expiration = seconds(until);
      const isNoted = await isWritten(
        documents.send(
          new UpdateCommand({
            TableName,
            Key: connectionKey(connectionId),
            UpdateExpression: 'ADD orders :orders SET expiration = :expiration',
            ConditionExpression:
              'attribute_not_exists(orders) OR size(orders) < :max OR contains(orders, :order)',
            ExpressionAttributeValues: {
              ':orders': new Set([orderId]),
              ':order': orderId,
              ':max': max,
              ':expiration': expiration,
            },
          }),
        ),
      );
      if (!isNoted) return false;
      await translated(
        documents.send(
          new PutCommand({ TableName, Item: { ...orderKey(orderId, connectionId), expiration } }),
        ),
      );
      return true;
    },

    async of(orderId, now) {
      // One page: what a megabyte holds is more than a customer has connections.
      const { Items = [] } = await translated(
        documents.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'id = :id',
            // DynamoDB deletes what has expired when it finds the time, which may be days later.
            FilterExpression: 'expiration > :now',
            ExpressionAttributeValues: { ':id': orderKey(orderId, '').id, ':now': seconds(now) },
            ConsistentRead: true,
          }),
        ),
      );
      return Items.map(({ member, expiration }) => ({
        orderId,
        connectionId: String(member),
        until: new Date(Number(expiration) * 1_000),
      }));
    },

    async remove({ orderId, connectionId }) {
      await translated(
        documents.send(new DeleteCommand({ TableName, Key: orderKey(orderId, connectionId) })),
      );
      await isWritten(
        documents.send(
          new UpdateCommand({
            TableName,
            Key: connectionKey(connectionId),
            UpdateExpression: 'DELETE orders :orders',
            // An update would make the row of a connection that is forgotten.
            ConditionExpression: 'attribute_exists(id)',
            ExpressionAttributeValues: { ':orders': new Set([orderId]) },
          }),
        ),
      );
    },

    async forget(connectionId) {
      const Key = connectionKey(connectionId);
      const { Item } = await translated(
        documents.send(new GetCommand({ TableName, Key, ConsistentRead: true })),
      );
      if (!Item) return;
      const orderIds = [...((Item.orders as ReadonlySet<string> | undefined) ?? [])];
      if (orderIds.length > 0) {
        const deletes = orderIds.map((orderId) => ({
          DeleteRequest: { Key: orderKey(orderId, connectionId) },
        }));
        const { UnprocessedItems = {} } = await translated(
          documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: deletes } })),
        );
        if (Object.keys(UnprocessedItems).length > 0) {
          throw new DependencyFailed('DynamoDB has not deleted all subscriptions of a connection.');
        }
      }
      await translated(documents.send(new DeleteCommand({ TableName, Key })));
    },
  };
}
