import { DeleteCommand, type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { isWritten, translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import type { Records } from '../domain/expired-records.ts';
import type { Position } from '../domain/walk.ts';

const PAGE = 1_000;
const seconds = (time: Date) => Math.floor(time.getTime() / 1_000);

/** A table with the key `id` whose rows expire by their `expiration`, in seconds since the epoch. */
export function recordsTable(documents: DynamoDBDocumentClient, tableName: string): Records {
  return {
    async expired(by, position) {
      try {
        const { Items = [], LastEvaluatedKey } = await documents.send(
          new ScanCommand({
            TableName: tableName,
            Limit: PAGE,
            ExclusiveStartKey: position,
            FilterExpression: 'expiration < :by',
            ProjectionExpression: 'id',
            ExpressionAttributeValues: { ':by': seconds(by) },
          }),
        );
        return { things: Items.map(({ id }) => String(id)), next: LastEvaluatedKey as Position | undefined };
      } catch (error) {
        throw translateDynamodbFailure(error);
      }
    },

    delete: (id, by) =>
      isWritten(
        documents.send(
          new DeleteCommand({
            TableName: tableName,
            Key: { id },
            ConditionExpression: 'expiration < :by',
            ExpressionAttributeValues: { ':by': seconds(by) },
          }),
        ),
      ),
  };
}
