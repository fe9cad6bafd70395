import { randomUUID } from 'node:crypto';
import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { callerOf } from '../../../../shared/middleware/caller.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { s3 } from '../../../../shared/s3.ts';
import { reportLinks } from '../adapters/import-reports.ts';
import { importsTable } from '../adapters/imports-table.ts';
import { manifestsTable } from '../adapters/manifests-table.ts';
import { type ShowUploadDependencies, showUpload } from '../domain/show-upload.ts';
import { oneUploadContract } from './contracts.ts';

export const respondWith =
  (dependencies: ShowUploadDependencies) =>
  async (request: HttpRequest<{ id: string }>): Promise<HttpResponse> => {
    const upload = await showUpload(dependencies, request.path.id, callerOf(request));
    return { status: 200, headers: { 'cache-control': 'no-store' }, json: upload };
  };

const { UPLOADS_BUCKET, UPLOADS_TABLE } = readEnv(['UPLOADS_BUCKET', 'UPLOADS_TABLE']);
const now = () => new Date();

export const handler = httpHandler(
  oneUploadContract,
  respondWith({
    manifests: manifestsTable(documents, UPLOADS_TABLE, now),
    imports: importsTable(documents, UPLOADS_TABLE, { writer: randomUUID(), now }),
    linkToReport: reportLinks(s3, UPLOADS_BUCKET),
  }),
);
