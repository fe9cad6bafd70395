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
import type { Context } from 'aws-lambda';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { RequestInProgress } from '../../../../shared/errors.ts';
import { KEYS_KEPT_SECONDS, keyReused } from '../../../../shared/request-keys.ts';
import type { OncePerKey, RepeatableRequest } from '../domain/once-per-key.ts';

/** Remembers the answers to repeatable requests for a day in the table `tableName`. */
export function idempotencyTable(dynamodb: DynamoDBClient, tableName: string): OncePerKey {
  const persistenceStore = new DynamoDBPersistenceLayer({ tableName, awsSdkV3Client: dynamodb });

  return async <Answer>(request: RepeatableRequest, work: () => Promise<Answer>): Promise<Answer> => {
    const { caller, key, content, remainingTimeMs } = request;
    const config = new IdempotencyConfig({
      eventKeyJmesPath: '[caller, key]',
      payloadValidationJmesPath: 'content',
      throwOnNoIdempotencyKey: true,
      expiresAfterSeconds: KEYS_KEPT_SECONDS,
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

function translate(error: unknown): unknown {
  if (error instanceof IdempotencyValidationError) {
    return keyReused(error);
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
