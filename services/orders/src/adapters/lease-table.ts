import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import type { Lease } from '../domain/sweep-orders.ts';
import type { Database } from './transaction.ts';

/** A lease of the given name, in a row of its own. */
export function leaseTable(
  { documents, ordersTable: TableName }: Database,
  name: string,
  now: () => Date,
): Lease {
  const key = { orderId: `lease#${name}`, record: 'lease' };
  const unlessHeld = async (write: Promise<unknown>): Promise<boolean> => {
    try {
      await write;
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw translateDynamodbFailure(error);
    }
  };

  return {
    take: (owner, until) =>
      unlessHeld(
        documents.send(
          new PutCommand({
            TableName,
            Item: { ...key, owner, until },
            // `owner` again when the answer to the first try was lost.
            ConditionExpression: 'attribute_not_exists(orderId) OR #until < :now OR #owner = :owner',
            ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until' },
            ExpressionAttributeValues: { ':now': now().getTime(), ':owner': owner },
          }),
        ),
      ),

    async release(owner) {
      await unlessHeld(
        documents.send(
          new DeleteCommand({
            TableName,
            Key: key,
            ConditionExpression: '#owner = :owner',
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: { ':owner': owner },
          }),
        ),
      );
    },
  };
}
