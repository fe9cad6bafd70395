import { invokeLater, type lambda } from '../../../../shared/lambda.ts';
import type { ImportDependencies } from '../domain/import-upload.ts';

/**
 * Invokes the function `functionName` with what S3 notified it of, for whoever runs next to go on. Lambda ends a chain
 * of about 16 such invocations; a file of the greatest size needs five.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
export const importContinuation =
  (client: Pick<typeof lambda, 'send'>, functionName: string): ImportDependencies['goOn'] =>
  async ({ bucket, key, versionId, size, at }) => {
    const s3 = { bucket: { name: bucket }, object: { key: encodedKey(key), size, versionId } };
    await invokeLater(client, functionName, { Records: [{ eventTime: at.toISOString(), s3 }] });
  };

/** A key as a notification of S3 spells it: encoded as in a form. */
const encodedKey = (key: string) => encodeURIComponent(key).replaceAll('%20', '+');
