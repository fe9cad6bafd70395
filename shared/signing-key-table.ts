import { randomBytes } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from './dynamodb.ts';

/**
 * The 32-byte key named `name` in the table `tableName`, made by whoever asks first and read once per function
 * instance. All instances get the same key, also when several make one at the same time.
 */
export function signingKeyTable(
  documents: DynamoDBDocumentClient,
  tableName: string,
  name: string,
): () => Promise<Uint8Array> {
  const read = async () => {
    const { Item } = await documents.send(
      new GetCommand({ TableName: tableName, Key: { id: name }, ConsistentRead: true }),
    );
    return Item?.key as Uint8Array | undefined;
  };
  const make = async () => {
    const key = randomBytes(32);
    try {
      await documents.send(
        new PutCommand({
          TableName: tableName,
          Item: { id: name, key, createdAt: new Date().toISOString() },
          ConditionExpression: 'attribute_not_exists(id)',
        }),
      );
      return key;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  };

  let known: Promise<Uint8Array> | undefined;
  const load = async () => {
    const key = (await read()) ?? (await make()) ?? (await read());
    if (!key) throw new Error(`The signing key ${name} can neither be made nor read.`);
    return key;
  };
  return () => {
    known ??= load().catch((error) => {
      known = undefined;
      throw translateDynamodbFailure(error);
    });
    return known;
  };
}
