import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { digest } from '../../../../shared/digest.ts';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { KEYS_KEPT_SECONDS, keyReused } from '../../../../shared/request-keys.ts';
import type { AddItemDependencies } from '../domain/add-item.ts';

/** Binds requests that create items to ids, in the same table and for as long as answers are kept. */
export function reservations(
  documents: DynamoDBDocumentClient,
  tableName: string,
  now: () => Date,
): AddItemDependencies['reserve'] {
  return async ({ caller, key, content }, id) => {
    const seconds = Math.floor(now().getTime() / 1000);
    const reservation = {
      id: `created#${digest([caller, key])}`,
      itemId: id,
      creationKey: randomUUID(),
      content: digest(content),
      expiration: seconds + KEYS_KEPT_SECONDS,
    };
    try {
      await documents.send(
        new PutCommand({
          TableName: tableName,
          Item: reservation,
          // DynamoDB deletes what has expired when it finds the time, which may be days later.
          ConditionExpression: 'attribute_not_exists(id) OR expiration < :now',
          ExpressionAttributeValues: { ':now': seconds },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { id, creationKey: reservation.creationKey };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException && error.Item)) {
        throw translateDynamodbFailure(error);
      }
      const first = unmarshall(error.Item) as typeof reservation;
      if (first.content !== reservation.content) throw keyReused(error);
      return { id: first.itemId, creationKey: first.creationKey };
    }
  };
}
