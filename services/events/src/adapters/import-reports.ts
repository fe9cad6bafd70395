import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ShopError } from '../../../../shared/errors.ts';
import { translateS3Failure } from '../../../../shared/s3.ts';
import type { ImportKey, ImportProgress, Refusal, Reports } from '../domain/import.ts';

const SEPARATOR = ',\n';
const ATTEMPTS = 3;

const reportKey = (uploadId: string) => `reports/${uploadId}.json`;
const partKey = ({ versionId }: ImportKey, part: number) => `parts/${versionId}/${part}`;

/**
 * Reports of refused rows in the bucket: `{uploadId, versionId, rows, accepted, refused, problems: [{line, column,
 * reason}, …]}`. A part is a piece of the text of `problems`; the report is made by reading the parts one after the
 * other while it is written, so that it may be of any length.
 */
export function importReports(client: S3Client, bucket: string): Reports {
  const put = async (Key: string, Body: string | Readable, ContentLength: number) => {
    try {
      return await client.send(
        new PutObjectCommand({ Bucket: bucket, Key, Body, ContentLength, ContentType: 'application/json' }),
      );
    } catch (error) {
      throw translateS3Failure(error);
    }
  };
  const readPart = async (key: ImportKey, part: number) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: partKey(key, part) }));
    return Body as Readable;
  };

  return {
    async writePart(key, part, refusals) {
      const text = refusals.flatMap(linesOf).join(SEPARATOR);
      const bytes = Buffer.byteLength(text);
      await put(partKey(key, part), text, bytes);
      return bytes;
    },

    async write(key, progress) {
      const { parts, partBytes } = progress;
      const [head, tail] = frameOf(key, progress);
      const bytes =
        Buffer.byteLength(head + tail) + partBytes + Math.max(0, parts - 1) * Buffer.byteLength(SEPARATOR);
      async function* text() {
        yield head;
        for (let part = 0; part < parts; part += 1) {
          if (part > 0) yield SEPARATOR;
          yield* await readPart(key, part);
        }
        yield tail;
      }
      const { VersionId = 'null' } = await repeated(() =>
        put(reportKey(key.uploadId), Readable.from(text(), { objectMode: false }), bytes),
      );
      return VersionId;
    },
  };
}

/** The SDK does not send a request again whose body is a stream. */
async function repeated<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ShopError && error.retryable) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Links to a report in the version that its import made. */
export const reportLinks =
  (client: S3Client, bucket: string) =>
  (uploadId: string, versionId: string, seconds: number): Promise<string> =>
    getSignedUrl(
      client,
      new GetObjectCommand({ Bucket: bucket, Key: reportKey(uploadId), VersionId: versionId }),
      { expiresIn: seconds },
    );

const linesOf = ({ line, problems }: Refusal): string[] =>
  problems.map((problem) => JSON.stringify({ line, ...problem }));

/** What stands before the list of problems, and after it. */
function frameOf({ uploadId, versionId }: ImportKey, progress: ImportProgress): [string, string] {
  const { rows, accepted, refused } = progress;
  const frame = JSON.stringify({ uploadId, versionId, rows, accepted, refused, problems: [] });
  return [`${frame.slice(0, -2)}\n`, '\n]}\n'];
}
