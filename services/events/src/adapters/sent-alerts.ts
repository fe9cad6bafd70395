import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { doneOnce } from '../../../../shared/done-once.ts';
import type { LowStockDependencies } from '../domain/low-stock.ts';

/** Longer than a change can come again: a stream keeps it for a day. */
const KEPT_SECONDS = 7 * 24 * 60 * 60;
/** Longer than a function sends alerts; after it a run that has died holds up no other. */
const LEASE_MS = 10_000;

/** What was done, by its id, in the table `tableName`. */
export const sentAlerts = (
  dynamodb: DynamoDBClient,
  tableName: string,
): LowStockDependencies<never>['once'] =>
  doneOnce(dynamodb, tableName, { keptSeconds: KEPT_SECONDS, leaseMs: LEASE_MS });
