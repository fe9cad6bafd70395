import { ulid } from 'ulid';
import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { callerOf } from '../../../../shared/middleware/caller.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { s3 } from '../../../../shared/s3.ts';
import { manifestsTable } from '../adapters/manifests-table.ts';
import { uploadLinks } from '../adapters/uploads-bucket.ts';
import { type Announcement, type CreateUploadDependencies, createUpload } from '../domain/create-upload.ts';
import { createUploadContract } from './contracts.ts';

export const respondWith =
  (dependencies: CreateUploadDependencies) =>
  async (request: HttpRequest<undefined, undefined, Announcement>): Promise<HttpResponse> => {
    const link = await createUpload(dependencies, callerOf(request), request.body);
    return {
      status: 201,
      headers: { location: `/uploads/${link.id}`, 'cache-control': 'no-store' },
      json: link,
    };
  };

const { UPLOADS_BUCKET, UPLOADS_TABLE } = readEnv(['UPLOADS_BUCKET', 'UPLOADS_TABLE']);
const now = () => new Date();

export const handler = httpHandler(
  createUploadContract,
  respondWith({
    manifests: manifestsTable(documents, UPLOADS_TABLE, now),
    linkTo: uploadLinks(s3, UPLOADS_BUCKET),
    newId: ulid,
    now,
  }),
);
