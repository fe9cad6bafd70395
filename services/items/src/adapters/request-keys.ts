import { createHash, randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { IdempotencyKeyReused } from '../../../../shared/errors.ts';
import type { AddItemDependencies } from '../domain/add-item.ts';

/** How long a key is remembered: a day. */
export const KEYS_KEPT_SECONDS = 24 * 60 * 60;

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

/** The hash of a value, the same whatever the order of its keys, telling nobody the value. */
export function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('base64url');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

export const keyReused = (cause: unknown) =>
  new IdempotencyKeyReused('This Idempotency-Key was used for a request with another body.', { cause });
