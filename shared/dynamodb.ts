import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DependencyFailed, Throttled } from './errors.ts';

/**
 * The one DynamoDB client of a function instance.
 *
 * Three attempts of at most two seconds each end before the shortest function's time-out, so that a caller gets
 * an answer and not the gateway's.
 */
export const dynamodb = new DynamoDBClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
});

export const documents = DynamoDBDocumentClient.from(dynamodb, {
  marshallOptions: { removeUndefinedValues: true },
});

const throttling = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/**
 * What a failed DynamoDB call means to the caller of an adapter: `Throttled` after the SDK's own retries, or
 * `DependencyFailed`. Conditions that failed are the adapter's to read before it asks here.
 */
export function translateDynamodbFailure(error: unknown): Throttled | DependencyFailed {
  return error instanceof Error && throttling.has(error.name)
    ? new Throttled('DynamoDB refuses more requests for now.', { cause: error })
    : new DependencyFailed('DynamoDB did not answer.', { cause: error });
}
