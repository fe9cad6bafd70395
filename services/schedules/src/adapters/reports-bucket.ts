import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { translateS3Failure } from '../../../../shared/s3.ts';
import type { DailyReportDependencies } from '../domain/daily-report.ts';

/** Reports in the bucket, one object for each day. */
export function reportsBucket(client: S3Client, bucket: string): DailyReportDependencies['reports'] {
  const at = (day: string) => ({ Bucket: bucket, Key: `reports/daily/${day}.csv` });
  return {
    async write(day, text) {
      const { Bucket, Key } = at(day);
      try {
        await client.send(
          new PutObjectCommand({ Bucket, Key, Body: text, ContentType: 'text/csv; charset=utf-8' }),
        );
      } catch (error) {
        throw translateS3Failure(error);
      }
      return `s3://${Bucket}/${Key}`;
    },

    linkTo: (day, seconds) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          ...at(day),
          ResponseContentDisposition: `attachment; filename="sales-${day}.csv"`,
        }),
        { expiresIn: seconds },
      ),
  };
}
