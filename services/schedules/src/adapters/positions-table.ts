import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import type { KindName, Position, Positions } from '../domain/walk.ts';

/** Where clean-ups have come to, one row for each kind that is not whole. */
export function positionsTable(documents: DynamoDBDocumentClient, tableName: string): Positions {
  const keyOf = (kind: KindName) => ({ id: `clean-up#${kind}` });
  const send = async <Answer>(call: Promise<Answer>): Promise<Answer> => {
    try {
      return await call;
    } catch (error) {
      throw translateDynamodbFailure(error);
    }
  };
  return {
    async find(kind) {
      const Key = keyOf(kind);
      const { Item } = await send(
        documents.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true })),
      );
      return Item?.position as Position | undefined;
    },

    async save(kind, position) {
      const key = keyOf(kind);
      await send<unknown>(
        position
          ? documents.send(new PutCommand({ TableName: tableName, Item: { ...key, position } }))
          : documents.send(new DeleteCommand({ TableName: tableName, Key: key })),
      );
    },
  };
}
