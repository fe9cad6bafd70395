import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { doneOnce } from '../../../../shared/done-once.ts';
import type { DailyReportDependencies } from '../domain/daily-report.ts';

/** A report that is written again after more than a year is told of again. */
const KEPT_SECONDS = 400 * 24 * 60 * 60;
/** Longer than a notice takes; after it a run that has died holds up no other. */
const LEASE_MS = 10_000;

/** The days whose report people were told of, in the table `tableName`. */
export const sentNotices = (dynamodb: DynamoDBClient, tableName: string): DailyReportDependencies['once'] =>
  doneOnce(dynamodb, tableName, { keptSeconds: KEPT_SECONDS, leaseMs: LEASE_MS });
