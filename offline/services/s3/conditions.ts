import { AwsError } from '../../aws/error.ts';
import type { S3Object } from '../fauxqs/library.ts';
import type { Headers } from './payload.ts';

const failed = () =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);

const includes = (etags: string, { etag }: S3Object) =>
  etags.split(/, */).some((one) => one === '*' || one === etag || `"${one}"` === etag);

/** Dates in headers have no milliseconds, which the library does not mind. */
const isModifiedSince = (date: string, { lastModified }: S3Object) =>
  Math.floor(lastModified.getTime() / 1_000) * 1_000 > Date.parse(date);

/**
 * AmazonS3/latest/userguide/conditional-reads.html: whether the reader has the object already.
 *
 * @throws AwsError PreconditionFailed
 */
export function isNotModified(headers: Headers, object: S3Object): boolean {
  const match = headers['if-match'];
  const unmodifiedSince = headers['if-unmodified-since'];
  const noneMatch = headers['if-none-match'];
  const modifiedSince = headers['if-modified-since'];
  if (match ? !includes(match, object) : unmodifiedSince && isModifiedSince(unmodifiedSince, object))
    throw failed();
  if (noneMatch) return includes(noneMatch, object);
  return modifiedSince !== undefined && !isModifiedSince(modifiedSince, object);
}

/** @throws AwsError PreconditionFailed when the source of a copy is not the one that is meant */
export function checkSource(headers: Headers, source: S3Object): void {
  const names = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
  const conditions = names.map((name) => [name, headers[`x-amz-copy-source-${name}`]]);
  if (isNotModified(Object.fromEntries(conditions), source)) throw failed();
}

/**
 * AmazonS3/latest/userguide/conditional-writes.html, with the object that the write would replace.
 *
 * @throws AwsError PreconditionFailed
 */
export function checkWrite(headers: Headers, current: S3Object | undefined): void {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined && noneMatch !== '*') {
    throw new AwsError(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented.',
      501,
    );
  }
  if (match !== undefined && !current) {
    throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  }
  if ((noneMatch && current) || (match && current && !includes(match, current))) throw failed();
}

/** The range as the library takes it: it refuses what AWS ignores, and a suffix longer than the object. */
export function rangeOf({ range }: Headers, { contentLength }: S3Object): string | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === undefined || from + to === '' || (from && to && Number(from) > Number(to))) return undefined;
  return from === '' && Number(to) > contentLength && contentLength > 0 ? 'bytes=0-' : range;
}
