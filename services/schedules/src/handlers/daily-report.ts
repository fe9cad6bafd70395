import * as z from 'zod/mini';
import { dynamodb } from '../../../../shared/dynamodb.ts';
import { readEnv, readOptionalEnv } from '../../../../shared/env.ts';
import { logger } from '../../../../shared/logger.ts';
import { jobHandler, type ScheduledRun } from '../../../../shared/middleware/event.ts';
import { s3 } from '../../../../shared/s3.ts';
import { databasePassword, secretsManager } from '../adapters/database-password.ts';
import { reportNotices, sns } from '../adapters/report-notices.ts';
import { reportsBucket } from '../adapters/reports-bucket.ts';
import { salesView } from '../adapters/sales-view.ts';
import { sentNotices } from '../adapters/sent-notices.ts';
import { type DailyReportDependencies, dayBefore, reportDay } from '../domain/daily-report.ts';

const settings = z.strictObject({ day: z.optional(z.iso.date()) });

/** No dependencies: there is no reports service, and nothing to report. */
export const respondWith =
  (dependencies: DailyReportDependencies | undefined) =>
  async ({ day }: { day?: string | undefined }, { time }: ScheduledRun) => {
    if (!dependencies) {
      logger.info('There is no report: the reports service is off.');
      return undefined;
    }
    const report = await reportDay(dependencies, day ?? dayBefore(time ?? dependencies.now()));
    logger.info('The report is written.', report);
    return report;
  };

const env = readEnv(['REPORTS_BUCKET', 'DAILY_REPORTS', 'SCHEDULES_TABLE', 'DATABASE_NAME', 'DATABASE_USER']);
const database = readOptionalEnv(['DATABASE_URL', 'DATABASE_HOST', 'DATABASE_PORT', 'DATABASE_SECRET_ARN']);

export const handler = jobHandler(
  settings,
  respondWith(
    database.DATABASE_HOST === undefined
      ? undefined
      : {
          sales: salesView({
            url: database.DATABASE_URL,
            host: database.DATABASE_HOST,
            port: Number(database.DATABASE_PORT),
            name: env.DATABASE_NAME,
            user: env.DATABASE_USER,
            password: databasePassword(secretsManager, database.DATABASE_SECRET_ARN ?? ''),
          }),
          reports: reportsBucket(s3, env.REPORTS_BUCKET),
          notices: reportNotices(sns, env.DAILY_REPORTS),
          once: sentNotices(dynamodb, env.SCHEDULES_TABLE),
          now: () => new Date(),
        },
  ),
);
