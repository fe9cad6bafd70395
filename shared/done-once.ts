import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';

/** How long it is known that something was done, and for how long a run that has died holds up the next. */
export interface Memory {
  readonly keptSeconds: number;
  readonly leaseMs: number;
}

/**
 * Does work once for each id, by a note in the table `tableName` with the key `id`. Only when a run dies between the
 * work and its note is the work done again.
 */
export function doneOnce(
  dynamodb: DynamoDBClient,
  tableName: string,
  { keptSeconds, leaseMs }: Memory,
): (id: string, work: () => Promise<unknown>) => Promise<void> {
  const persistenceStore = new DynamoDBPersistenceLayer({ tableName, awsSdkV3Client: dynamodb });
  const lambdaContext = { getRemainingTimeInMillis: () => leaseMs } as Context;
  return async (id, work) => {
    const config = new IdempotencyConfig({ expiresAfterSeconds: keptSeconds, lambdaContext });
    const once = makeIdempotent(async (_id: string) => work().then(() => true), { persistenceStore, config });
    await once(id);
  };
}
