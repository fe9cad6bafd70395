import { S3Client } from '@aws-sdk/client-s3';
import { isUnanswered } from './aws-failures.ts';
import { DependencyFailed, Throttled } from './errors.ts';

/**
 * The S3 client of a function instance. It computes no checksum unasked, which would be signed into links as that of
 * an empty body.
 */
export const s3 = new S3Client({ maxAttempts: 3, requestChecksumCalculation: 'WHEN_REQUIRED' });

/** What a failed call of S3 means to the caller of an adapter. What is our own fault comes back as it is. */
export function translateS3Failure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'SlowDown') {
    return new Throttled('S3 refuses more requests for now.', { cause: error });
  }
  return isUnanswered(error) ? new DependencyFailed('S3 did not answer.', { cause: error }) : error;
}
