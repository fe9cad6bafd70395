import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { invoicesBucket } from './invoices-bucket.ts';

/** A bucket whose S3 answers every call with this failure. */
function failing(httpStatusCode: number, name: string) {
  const client = new S3Client({ region: 'eu-west-1' });
  const $fault = httpStatusCode < 500 ? 'client' : 'server';
  client.send = async () => {
    throw new S3ServiceException({ name, $fault, $metadata: { httpStatusCode } });
  };
  return invoicesBucket(client, 'invoices');
}
const add = (bucket: ReturnType<typeof failing>) => bucket.add('bob', 'order-1', new Uint8Array());

describe('the bucket of invoices', () => {
  it('is content when the invoice is there already', async () => {
    await expect(add(failing(412, 'PreconditionFailed'))).resolves.toBeUndefined();
  });

  it('has no invoice that S3 does not find', async () => {
    expect(await failing(404, 'NotFound').has('bob', 'order-1')).toBe(false);
  });

  it.each([
    [409, 'ConditionalRequestConflict', 'ConditionalRequestConflict'],
    [403, 'AccessDenied', 'AccessDenied'],
    [503, 'SlowDown', 'Throttled'],
    [500, 'InternalError', 'DependencyFailed'],
  ])('fails when S3 answers %d %s', async (status, name, failure) => {
    await expect(add(failing(status, name))).rejects.toMatchObject({ name: failure });
    await expect(failing(status, name).has('bob', 'order-1')).rejects.toMatchObject({ name: failure });
  });
});
