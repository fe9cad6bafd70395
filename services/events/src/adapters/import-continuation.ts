import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DependencyFailed } from '../../../../shared/errors.ts';
import type { ImportDependencies } from '../domain/import-upload.ts';

/** The Lambda client of a function instance. */
export const lambda = new LambdaClient({ maxAttempts: 3 });

/**
 * Invokes the function `functionName` with what S3 notified it of, for whoever runs next to go on. Lambda ends a chain
 * of about 16 such invocations; a file of the greatest size needs five.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
export const importContinuation =
  (client: Pick<LambdaClient, 'send'>, functionName: string): ImportDependencies['goOn'] =>
  async ({ bucket, key, versionId, size, at }) => {
    const s3 = { bucket: { name: bucket }, object: { key: encodedKey(key), size, versionId } };
    const Payload = JSON.stringify({ Records: [{ eventTime: at.toISOString(), s3 }] });
    await client
      .send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }))
      .catch((error: unknown) => {
        throw new DependencyFailed('The import cannot be continued.', { cause: error });
      });
  };

/** A key as a notification of S3 spells it: encoded as in a form. */
const encodedKey = (key: string) => encodeURIComponent(key).replaceAll('%20', '+');
