import { DeleteCommand, type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { isWritten, translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import type { UploadRow, UploadRows } from '../domain/expired-uploads.ts';
import type { Position } from '../domain/walk.ts';

/** What is read of the rows that services/events keeps; nothing about who uploads. */
interface Row {
  readonly uploadId: string;
  /** `manifest`, or `import#` and the version of the file. */
  readonly record: string;
  /** In seconds since the epoch. */
  readonly expiration: number;
  readonly key?: string;
  readonly createdAt?: string;
  readonly receivedAt?: string;
  readonly finishedAt?: string;
  readonly parts?: number;
}

const COLUMNS = [
  'uploadId',
  'record',
  'expiration',
  'key',
  'createdAt',
  'receivedAt',
  'finishedAt',
  'parts',
] as const;
const PAGE = 200;

/** The rows of uploads in the table `tableName`. */
export function uploadsTable(documents: DynamoDBDocumentClient, tableName: string): UploadRows {
  return {
    async page(position) {
      try {
        const { Items = [], LastEvaluatedKey } = await documents.send(
          new ScanCommand({
            TableName: tableName,
            Limit: PAGE,
            ExclusiveStartKey: position,
            ProjectionExpression: COLUMNS.map((name) => `#${name}`).join(', '),
            ExpressionAttributeNames: Object.fromEntries(COLUMNS.map((name) => [`#${name}`, name])),
          }),
        );
        return { things: (Items as Row[]).map(uploadRowOf), next: LastEvaluatedKey as Position | undefined };
      } catch (error) {
        throw translateDynamodbFailure(error);
      }
    },

    async delete(row) {
      const record = row.record === 'manifest' ? row.record : `import#${row.versionId}`;
      return isWritten(
        documents.send(
          new DeleteCommand({
            TableName: tableName,
            Key: { uploadId: row.uploadId, record },
            // Every write of a row gives it a new one.
            ConditionExpression: 'expiration = :read',
            ExpressionAttributeValues: { ':read': row.expiresAt.getTime() / 1_000 },
          }),
        ),
      );
    },
  };
}

function uploadRowOf({ uploadId, record, expiration, ...row }: Row): UploadRow {
  const expiresAt = new Date(expiration * 1_000);
  const [, versionId] = /^import#(.*)$/s.exec(record) ?? [];
  if (versionId === undefined) {
    const { key = '', createdAt, receivedAt } = row;
    return {
      ...{ record: 'manifest', uploadId, expiresAt, key },
      createdAt: timeOf(createdAt),
      isReceived: receivedAt !== undefined,
    };
  }
  const { finishedAt, parts = 0 } = row;
  return {
    ...{ record: 'import', uploadId, expiresAt, versionId },
    finishedAt: timeOf(finishedAt),
    hasParts: parts > 0,
  };
}

const timeOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
