import { randomUUID } from 'node:crypto';
import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { lambda } from '../../../../shared/lambda.ts';
import { logger } from '../../../../shared/logger.ts';
import { type UploadRun, uploadHandler } from '../../../../shared/middleware/event.ts';
import { s3 } from '../../../../shared/s3.ts';
import { importContinuation } from '../adapters/import-continuation.ts';
import { importQueue, sqs } from '../adapters/import-queue.ts';
import { importReports } from '../adapters/import-reports.ts';
import { importsTable } from '../adapters/imports-table.ts';
import { uploadedRecords } from '../adapters/uploads-bucket.ts';
import { ImportOvertaken } from '../domain/import.ts';
import { type ImportDependencies, importUpload } from '../domain/import-upload.ts';
import type { UploadedFile } from '../domain/upload.ts';
import { checkRow } from './import-schemas.ts';

export const respondWith =
  (dependencies: ImportDependencies) =>
  async (file: UploadedFile, run: UploadRun): Promise<void> => {
    try {
      const progress = await importUpload(dependencies, file, () => run.remainingTimeMs());
      logger.info('The import has come so far.', { ...progress });
    } catch (error) {
      if (!(error instanceof ImportOvertaken)) throw error;
      logger.info('Another run imports this file.');
    }
  };

const { UPLOADS_BUCKET, UPLOADS_TABLE, IMPORT_QUEUE, AWS_LAMBDA_FUNCTION_NAME } = readEnv([
  'UPLOADS_BUCKET',
  'UPLOADS_TABLE',
  'IMPORT_QUEUE',
  'AWS_LAMBDA_FUNCTION_NAME',
]);
const now = () => new Date();

export const handler = uploadHandler(
  respondWith({
    imports: importsTable(documents, UPLOADS_TABLE, { writer: randomUUID(), now }),
    recordsOf: uploadedRecords(s3),
    check: checkRow,
    send: importQueue(sqs, IMPORT_QUEUE),
    reports: importReports(s3, UPLOADS_BUCKET),
    goOn: importContinuation(lambda, AWS_LAMBDA_FUNCTION_NAME),
    onCheckpoint: ({ uploadId }, { rows, accepted, refused }) =>
      logger.info('The import goes on.', { uploadId, rows, accepted, refused }),
    now,
  }),
);
