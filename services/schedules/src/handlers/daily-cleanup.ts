import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { invokeLater, lambda } from '../../../../shared/lambda.ts';
import { leaseTable } from '../../../../shared/lease-table.ts';
import { logger, metrics } from '../../../../shared/logger.ts';
import { jobHandler, type ScheduledRun } from '../../../../shared/middleware/event.ts';
import { s3 } from '../../../../shared/s3.ts';
import { abandonedOrders } from '../adapters/abandoned-orders.ts';
import { bucketClock } from '../adapters/bucket-clock.ts';
import { positionsTable } from '../adapters/positions-table.ts';
import { recordsTable } from '../adapters/records-table.ts';
import { uploadsBucket } from '../adapters/uploads-bucket.ts';
import { uploadsTable } from '../adapters/uploads-table.ts';
import { type CleanUp, type CleanUpDependencies, cleanUp } from '../domain/clean-up.ts';
import { expiredRecords } from '../domain/expired-records.ts';
import { expiredUploads } from '../domain/expired-uploads.ts';
import { KINDS, type KindName, walkedKind } from '../domain/walk.ts';

const settings = z.strictObject({
  dryRun: z._default(z.boolean(), false),
  kinds: z._default(z.array(z.enum(KINDS)), [...KINDS]),
  continuation: z._default(z.int().check(z.gte(0)), 0),
});

interface Settings {
  readonly dryRun: boolean;
  readonly kinds: readonly KindName[];
  readonly continuation: number;
}

const METRICS = {
  abandonedOrders: 'CleanedOrders',
  uploads: 'CleanedUploads',
  requestKeys: 'CleanedRequestKeys',
  sentAlerts: 'CleanedAlerts',
} as const;

export const respondWith =
  (dependencies: CleanUpDependencies) =>
  async (asked: Settings, run: ScheduledRun): Promise<CleanUp | undefined> => {
    const done = await cleanUp(dependencies, { ...asked, ...run });
    if (done && !done.dryRun) count(done);
    logger.info(done ? 'What has expired was cleaned.' : 'Another clean-up is running.', { ...done });
    return done;
  };

function count({ kinds, isWhole }: CleanUp): void {
  for (const name of KINDS) {
    const { cleaned = 0, failed = 0 } = kinds[name] ?? {};
    metrics.addMetric(METRICS[name], 'Count', cleaned);
    metrics.addMetric('NotCleaned', 'Count', failed);
  }
  if (isWhole) metrics.addMetric('CleanUpsFinished', 'Count', 1);
}

const env = readEnv([
  'SCHEDULES_TABLE',
  'UPLOADS_TABLE',
  'UPLOADS_BUCKET',
  'IDEMPOTENCY_TABLE',
  'SENT_ALERTS_TABLE',
  'ABANDON_ORDERS_FUNCTION',
  'AWS_LAMBDA_FUNCTION_NAME',
]);
const positions = positionsTable(documents, env.SCHEDULES_TABLE);
const uploads = expiredUploads(
  uploadsTable(documents, env.UPLOADS_TABLE),
  uploadsBucket(s3, env.UPLOADS_BUCKET),
);
const requestKeys = expiredRecords('requestKeys', recordsTable(documents, env.IDEMPOTENCY_TABLE));
const sentAlerts = expiredRecords('sentAlerts', recordsTable(documents, env.SENT_ALERTS_TABLE));

export const handler = jobHandler(
  settings,
  respondWith({
    kinds: [
      abandonedOrders(lambda, env.ABANDON_ORDERS_FUNCTION),
      walkedKind(uploads, positions),
      walkedKind(requestKeys, positions),
      walkedKind(sentAlerts, positions),
    ],
    lease: leaseTable(documents, env.SCHEDULES_TABLE, { id: 'clean-up' }),
    storeTime: bucketClock(s3, env.UPLOADS_BUCKET),
    now: () => new Date(),
    newOwner: randomUUID,
    goOn: (rest) => invokeLater(lambda, env.AWS_LAMBDA_FUNCTION_NAME, rest),
    onFailure: (kind, id, error) => logger.error('Cleaning failed.', { kind, id, error: error as Error }),
  }),
);
