import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { DependencyFailed } from '../../../../shared/errors.ts';
import { translateS3Failure } from '../../../../shared/s3.ts';

/** What time it is where the bucket is: the `Date` of an answer. @throws DependencyFailed, Throttled */
export const bucketClock = (client: S3Client, bucket: string) => async (): Promise<Date> => {
  let date = '';
  const command = new HeadBucketCommand({ Bucket: bucket });
  command.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      const { headers = {} } = result.response as { headers?: Readonly<Record<string, string>> };
      date = headers.date ?? '';
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'readDate' },
  );
  try {
    await client.send(command);
  } catch (error) {
    throw translateS3Failure(error);
  }
  const time = new Date(date);
  if (Number.isNaN(time.getTime())) throw new DependencyFailed('S3 does not say what time it is.');
  return time;
};
