import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { isUnanswered } from './aws-failures.ts';
import { DependencyFailed, Throttled } from './errors.ts';

/** A call that gets no answer gives up after three seconds, so that a few of them fit into a function's time. */
const requestHandler = { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true };
const translation = { marshallOptions: { removeUndefinedValues: true } };

// To make a client takes a function milliseconds at its start. Marked as pure, those that it does not use stay out of
// its bundle: https://esbuild.github.io/api/#pure

/** The DynamoDB client of a function instance. It tries a second time when it gets no answer. */
export const dynamodb = /* @__PURE__ */ new DynamoDBClient({ maxAttempts: 2, requestHandler });

export const documents = /* @__PURE__ */ DynamoDBDocumentClient.from(dynamodb, translation);

/**
 * For writes that must not be done twice, such as adding to a number: a lost answer may belong to a write that was
 * done, so nothing is tried again.
 */
export const documentsOnce = /* @__PURE__ */ DynamoDBDocumentClient.from(
  /* @__PURE__ */ new DynamoDBClient({ maxAttempts: 1, requestHandler }),
  translation,
);

const throttling = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  // A transaction holds the row.
  'TransactionConflictException',
  'TransactionInProgressException',
]);

/**
 * What a failed DynamoDB call means to the caller of an adapter: `Throttled` after the client's own retries,
 * `DependencyFailed` when there was no answer or a fault of the service. What is our own fault, a malformed request or
 * a missing permission, comes back as it is. Conditions that failed are the adapter's to read before it asks here.
 */
export function translateDynamodbFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (throttling.has(error.name)) {
    return new Throttled('DynamoDB refuses more requests for now.', { cause: error });
  }
  return isUnanswered(error) ? new DependencyFailed('DynamoDB did not answer.', { cause: error }) : error;
}

/** Whether a write was done: not when its condition does not hold. @throws Throttled, DependencyFailed */
export async function isWritten(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw translateDynamodbFailure(error);
  }
}
