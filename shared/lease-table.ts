import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isWritten } from './dynamodb.ts';

/** A right that one process has at a time. Times are in milliseconds since the epoch, by one clock for all. */
export interface Lease {
  /** Whether it is free now, and from now on the owner's until a time. */
  take(owner: string, now: number, until: number): Promise<boolean>;
  /** Gives it back; one that somebody else has got meanwhile stays theirs. */
  release(owner: string): Promise<void>;
}

/** A lease in the row `key` of a table. @throws Throttled, DependencyFailed */
export function leaseTable(
  documents: DynamoDBDocumentClient,
  tableName: string,
  key: Readonly<Record<string, string>>,
): Lease {
  return {
    take: (owner, now, until) =>
      isWritten(
        documents.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...key, owner, until },
            // `owner` again when the answer to the first try was lost.
            ConditionExpression: 'attribute_not_exists(#owner) OR #until < :now OR #owner = :owner',
            ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until' },
            ExpressionAttributeValues: { ':now': now, ':owner': owner },
          }),
        ),
      ),

    async release(owner) {
      await isWritten(
        documents.send(
          new DeleteCommand({
            TableName: tableName,
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
