import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import type { Manifest, Manifests, ReceivedFile } from '../domain/upload.ts';

/** Rows of uploads are kept a little longer than the files. */
const KEPT_SECONDS = 35 * 24 * 60 * 60;

/** When DynamoDB may forget a row that is written now, in seconds since the epoch. */
export const expirationAfter = (now: Date): number => Math.floor(now.getTime() / 1_000) + KEPT_SECONDS;

type Row = Omit<Manifest, 'id' | 'received'> & Partial<ReceivedFile> & { readonly uploadId: string };

/** The manifests of uploads in the table `tableName`, one row each. */
export function manifestsTable(
  documents: DynamoDBDocumentClient,
  tableName: string,
  now: () => Date,
): Manifests {
  const keyOf = (uploadId: string) => ({ uploadId, record: 'manifest' });
  return {
    async create({ id, received: _, ...manifest }) {
      try {
        await documents.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...keyOf(id), ...manifest, expiration: expirationAfter(now()) },
          }),
        );
      } catch (error) {
        throw translateDynamodbFailure(error);
      }
    },

    async find(id) {
      try {
        const { Item } = await documents.send(
          new GetCommand({ TableName: tableName, Key: keyOf(id), ConsistentRead: true }),
        );
        return Item && manifestOf(Item as Row);
      } catch (error) {
        throw translateDynamodbFailure(error);
      }
    },

    async receive(id, key, { versionId, size, checksum, sequencer, receivedAt }) {
      try {
        await documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keyOf(id),
            UpdateExpression:
              'SET #key = :key, versionId = :versionId, #size = :size, checksum = :checksum, ' +
              'sequencer = :sequencer, receivedAt = :receivedAt, expiration = :expiration',
            ConditionExpression: 'attribute_not_exists(sequencer) OR sequencer < :sequencer',
            ExpressionAttributeNames: { '#key': 'key', '#size': 'size' },
            ExpressionAttributeValues: {
              ':key': key,
              ':versionId': versionId,
              ':size': size,
              ':checksum': checksum,
              ':sequencer': comparable(sequencer),
              ':receivedAt': receivedAt,
              ':expiration': expirationAfter(now()),
            },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw translateDynamodbFailure(error);
      }
    },
  };
}

/** Hexadecimal numbers compare as texts when they have the same length. */
const comparable = (sequencer: string) => sequencer.toUpperCase().padStart(64, '0');

function manifestOf(row: Row): Manifest {
  const { uploadId, key, owner, createdAt, versionId, size, checksum, sequencer, receivedAt } = row;
  return {
    id: uploadId,
    key,
    ...(owner !== undefined && { owner }),
    ...(createdAt !== undefined && { createdAt }),
    ...(versionId && checksum && sequencer && receivedAt
      ? { received: { versionId, size: size ?? 0, checksum, sequencer, receivedAt } }
      : {}),
  };
}
