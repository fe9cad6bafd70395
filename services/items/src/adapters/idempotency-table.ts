import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyInconsistentStateError,
  IdempotencyPersistenceLayerError,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { IdempotencyKeyReused, RequestInProgress } from '../../../../shared/errors.ts';
import type { OncePerKey, RepeatableRequest } from '../domain/once-per-key.ts';

const ANSWERS_KEPT_SECONDS = 24 * 60 * 60;

/** Remembers the answers to repeatable requests for a day in the table `tableName`. */
export function idempotencyTable(dynamodb: DynamoDBClient, tableName: string): OncePerKey {
  const persistenceStore = new DynamoDBPersistenceLayer({ tableName, awsSdkV3Client: dynamodb });

  return async <Answer>(request: RepeatableRequest, work: () => Promise<Answer>): Promise<Answer> => {
    const { caller, key, content, remainingTimeMs } = request;
    const config = new IdempotencyConfig({
      eventKeyJmesPath: '[caller, key]',
      payloadValidationJmesPath: 'content',
      throwOnNoIdempotencyKey: true,
      expiresAfterSeconds: ANSWERS_KEPT_SECONDS,
      lambdaContext: { getRemainingTimeInMillis: () => remainingTimeMs } as Context,
    });
    // As text, since DynamoDB does not keep the order of a map's keys: repeated answers are equal to the letter.
    const once = makeIdempotent(async (_data: object) => JSON.stringify(await work()), {
      persistenceStore,
      config,
    });
    try {
      return JSON.parse(await once({ caller, key, content })) as Answer;
    } catch (error) {
      throw translate(error);
    }
  };
}

/** Binds ids to creation keys in the same table, for as long as answers are kept. */
export function reservedIds(documents: DynamoDBDocumentClient, tableName: string, now: () => Date) {
  return async (creationKey: string, id: string): Promise<string> => {
    try {
      const { Attributes } = await documents.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { id: `created#${creationKey}` },
          UpdateExpression: 'SET itemId = if_not_exists(itemId, :id), expiration = :expiration',
          ExpressionAttributeValues: {
            ':id': id,
            ':expiration': Math.floor(now().getTime() / 1000) + ANSWERS_KEPT_SECONDS,
          },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return String(Attributes?.itemId);
    } catch (error) {
      throw translateDynamodbFailure(error);
    }
  };
}

function translate(error: unknown): unknown {
  if (error instanceof IdempotencyValidationError) {
    return new IdempotencyKeyReused('This Idempotency-Key was used for a request with another body.', {
      cause: error,
    });
  }
  if (
    error instanceof IdempotencyAlreadyInProgressError ||
    error instanceof IdempotencyInconsistentStateError
  ) {
    return new RequestInProgress('The first request with this Idempotency-Key has not ended yet.', {
      cause: error,
    });
  }
  return error instanceof IdempotencyPersistenceLayerError ? translateDynamodbFailure(error.cause) : error;
}
