import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import type { LowStockDependencies } from '../domain/low-stock.ts';

/** Longer than a change can come again: a stream keeps it for a day. */
const KEPT_SECONDS = 7 * 24 * 60 * 60;
/** Longer than a function sends alerts; after it a run that has died holds up no other. */
const LEASE_MS = 10_000;

/** What was done, by its id, in the table `tableName`. */
export function sentAlerts(dynamodb: DynamoDBClient, tableName: string): LowStockDependencies<never>['once'] {
  const persistenceStore = new DynamoDBPersistenceLayer({ tableName, awsSdkV3Client: dynamodb });
  const lambdaContext = { getRemainingTimeInMillis: () => LEASE_MS } as Context;
  return async (id, work) => {
    const config = new IdempotencyConfig({ expiresAfterSeconds: KEPT_SECONDS, lambdaContext });
    const once = makeIdempotent(async (_id: string) => work().then(() => true), { persistenceStore, config });
    await once(id);
  };
}
