import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { type ImportKey, ImportOvertaken, type ImportProgress, type Imports } from '../domain/import.ts';
import { expirationAfter } from './manifests-table.ts';

/**
 * How far imports have come, in the table `tableName`, one row for each version of an upload. `writer` names this
 * instance, by which it knows its own write whose answer was lost.
 */
export function importsTable(
  documents: DynamoDBDocumentClient,
  tableName: string,
  { writer, now }: { readonly writer: string; readonly now: () => Date },
): Imports {
  const keyOf = ({ uploadId, versionId }: ImportKey) => ({ uploadId, record: `import#${versionId}` });
  return {
    async find(key) {
      try {
        const { Item } = await documents.send(
          new GetCommand({ TableName: tableName, Key: keyOf(key), ConsistentRead: true }),
        );
        return Item && progressOf(Item as ImportProgress);
      } catch (error) {
        throw translateDynamodbFailure(error);
      }
    },

    async advance(key, before, after) {
      try {
        await documents.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...keyOf(key), ...after, writer, expiration: expirationAfter(now()) },
            ConditionExpression: before
              ? '#state = :state AND #rows = :rows'
              : 'attribute_not_exists(uploadId)',
            ...(before && {
              ExpressionAttributeNames: { '#state': 'state', '#rows': 'rows' },
              ExpressionAttributeValues: { ':state': before.state, ':rows': before.rows },
            }),
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw translateDynamodbFailure(error);
        const { writer: last, state, rows } = error.Item ? unmarshall(error.Item) : {};
        if (last === writer && state === after.state && rows === after.rows) return;
        throw new ImportOvertaken('Another run imports this file.', { cause: error });
      }
    },
  };
}

function progressOf(row: ImportProgress): ImportProgress {
  const { state, rows, accepted, refused, parts, partBytes, reason, reportVersionId, finishedAt } = row;
  return {
    ...{ state, rows, accepted, refused, parts, partBytes },
    ...(reason !== undefined && { reason }),
    ...(reportVersionId !== undefined && { reportVersionId }),
    ...(finishedAt !== undefined && { finishedAt }),
  };
}
