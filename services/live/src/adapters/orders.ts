import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import type { Orders } from '../domain/subscribe.ts';
import { FIELDS, ownedStatus } from './order-row.ts';

/** Orders in the table `TableName` of services/orders. */
export const orders = (documents: Pick<DynamoDBDocumentClient, 'send'>, TableName: string): Orders => ({
  async find(orderId) {
    const { Item } = await documents
      .send(
        new GetCommand({
          TableName,
          Key: { orderId, record: 'order' },
          ConsistentRead: true,
          ProjectionExpression: FIELDS.map((name) => `#${name}`).join(', '),
          ExpressionAttributeNames: Object.fromEntries(FIELDS.map((name) => [`#${name}`, name])),
        }),
      )
      .catch((error: unknown) => {
        throw translateDynamodbFailure(error);
      });
    return Item && ownedStatus(Item);
  },
});
