import type { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { translateS3Failure } from '../../../../shared/s3.ts';
import type { CreateUploadDependencies } from '../domain/create-upload.ts';
import type { ImportDependencies } from '../domain/import-upload.ts';
import { UploadRefused } from '../domain/upload.ts';
import { textRecords } from './text-records.ts';

/** Reads files as they lie in their bucket. */
export const uploadedRecords = (client: S3Client): ImportDependencies['recordsOf'] =>
  async function* ({ bucket, key, versionId }, format) {
    try {
      const { Body } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
      );
      yield* textRecords(Body as Readable, format);
    } catch (error) {
      const isGone =
        error instanceof S3ServiceException &&
        ['NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed'].includes(error.name);
      if (isGone) throw new UploadRefused('The file was deleted before it was imported.', { cause: error });
      throw translateS3Failure(error);
    }
  };

/** Links by which one file can be put into the bucket, with the signed size and headers and no others. */
export const uploadLinks =
  (client: S3Client, bucket: string): CreateUploadDependencies['linkTo'] =>
  (key, size, headers, seconds) =>
    getSignedUrl(
      client,
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        ContentLength: size,
        ContentType: headers['content-type'],
        ContentEncoding: headers['content-encoding'],
      }),
      {
        expiresIn: seconds,
        signableHeaders: new Set(['host', 'content-length', 'content-type', 'content-encoding']),
      },
    );
