import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { translateS3Failure } from '../../../../shared/s3.ts';
import type { Invoices } from '../domain/render-invoice.ts';

/** A customer may have any name: encoded, it is one segment of the key, and neither `.` nor `..`. */
const keyOf = (customerId: string, orderId: string) =>
  `invoices/${encodeURIComponent(customerId).replaceAll('.', '%2E')}/${orderId}.pdf`;

const hasStatus = (error: unknown, status: number) =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;

/** The bucket of invoices. Of two that are put at once one is refused by S3, and comes again. */
export function invoicesBucket(client: S3Client, bucket: string): Invoices {
  const at = (customerId: string, orderId: string) => ({ Bucket: bucket, Key: keyOf(customerId, orderId) });
  return {
    async add(customerId, orderId, document) {
      try {
        await client.send(
          new PutObjectCommand({
            ...at(customerId, orderId),
            Body: document,
            ContentType: 'application/pdf',
            IfNoneMatch: '*',
          }),
        );
      } catch (error) {
        if (!hasStatus(error, 412)) throw translateS3Failure(error);
      }
    },

    async has(customerId, orderId) {
      try {
        await client.send(new HeadObjectCommand(at(customerId, orderId)));
        return true;
      } catch (error) {
        if (hasStatus(error, 404)) return false;
        throw translateS3Failure(error);
      }
    },

    linkTo: (customerId, orderId, seconds) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          ...at(customerId, orderId),
          ResponseContentDisposition: `attachment; filename="invoice-${orderId}.pdf"`,
        }),
        { expiresIn: seconds },
      ),
  };
}
