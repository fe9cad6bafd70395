import { AwsError } from '../../aws/error.ts';
import { documentOf, type Elements } from '../fauxqs/xml.ts';
import type { Buckets, Version } from './objects.ts';

type Query = Readonly<Record<string, string>>;

/** AmazonS3/latest/API/API_ListObjectsV2.html */
const MAX_KEYS = 1_000;
/** Comes after every key that begins with what stands before it. */
const END = '\u{10ffff}';

function pageSize(query: Query, parameter = 'max-keys'): number {
  const text = query[parameter] ?? String(MAX_KEYS);
  if (!/^\d{1,9}$/.test(text))
    throw new AwsError('InvalidArgument', `Provided ${parameter} not an integer or within integer range`);
  return Math.min(Number(text), MAX_KEYS);
}

/** How keys are written: with `encoding-type=url` also those that XML could not carry. */
function encoderOf(query: Query): (text: string) => string {
  const type = query['encoding-type'];
  if (type === undefined) return (text) => text;
  if (type === 'url') return (text) => encodeURIComponent(text).replaceAll('%2F', '/');
  throw new AwsError('InvalidArgument', 'Invalid Encoding Method specified in Request');
}

/** ListObjectsV2 and its predecessor ListObjects, whose pages begin after a `marker`. */
export function listObjects(buckets: Buckets, bucket: string, query: Query): string {
  const encode = encoderOf(query);
  const limit = pageSize(query);
  const { prefix = '', delimiter = '', marker, 'start-after': start, 'continuation-token': token } = query;
  const after = token ? Buffer.from(token, 'base64').toString() : (marker ?? start ?? '');
  const { objects, prefixes, last, isTruncated } = pageOf(buckets, {
    bucket,
    prefix,
    delimiter,
    after,
    limit,
  });
  const isSecond = 'list-type' in query;
  const paging: Elements = isSecond
    ? {
        KeyCount: objects.length + prefixes.length,
        StartAfter: start && encode(start),
        ContinuationToken: token,
        NextContinuationToken: isTruncated ? Buffer.from(last).toString('base64') : undefined,
      }
    : { Marker: encode(marker ?? ''), NextMarker: isTruncated && delimiter ? encode(last) : undefined };
  return documentOf('ListBucketResult', {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter ? encode(delimiter) : undefined,
    EncodingType: query['encoding-type'],
    MaxKeys: limit,
    IsTruncated: isTruncated,
    ...paging,
    Contents: objects.map((version) => objectElements(version, encode)),
    CommonPrefixes: prefixes.map((one) => ({ Prefix: encode(one) })),
  });
}

interface Wanted {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  readonly limit: number;
}

/** Keys that share what comes up to the delimiter count as one. */
function pageOf(buckets: Buckets, { bucket, prefix, delimiter, after, limit }: Wanted) {
  const commonPrefixOf = (key: string) => {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    return end < 0 ? undefined : key.slice(0, end + delimiter.length);
  };
  const objects: Version[] = [];
  const prefixes: string[] = [];
  let last = after;
  // A page that ended with a common prefix had all the keys below it.
  let cursor = commonPrefixOf(after) === after ? after + END : after;
  for (let isComplete = false; !isComplete; ) {
    isComplete = true;
    const room = limit - objects.length - prefixes.length;
    for (const version of buckets.list({ bucket, prefix, after: cursor, limit: room + 1 })) {
      if (objects.length + prefixes.length === limit)
        return { objects, prefixes, last, isTruncated: limit > 0 };
      const common = commonPrefixOf(version.key);
      last = common ?? version.key;
      if (common === undefined) {
        objects.push(version);
        cursor = version.key;
        continue;
      }
      prefixes.push(common);
      cursor = common + END;
      isComplete = false;
      break;
    }
  }
  return { objects, prefixes, last, isTruncated: false };
}

export function listVersions(buckets: Buckets, bucket: string, query: Query): string {
  const encode = encoderOf(query);
  const limit = pageSize(query);
  const { prefix = '', 'key-marker': after = '', 'version-id-marker': versionIdMarker } = query;
  const before = versionIdMarker ? buckets.version(bucket, after, versionIdMarker)?.position : 0;
  const found = buckets.listVersions({ bucket, prefix, after, before: before ?? 0, limit: limit + 1 });
  const versions = found.slice(0, limit);
  const isTruncated = found.length > limit && limit > 0;
  const last = versions.at(-1);
  const elements = ({ versionId, isLatest, ...version }: Version): Elements => ({
    VersionId: versionId,
    IsLatest: isLatest === 1,
    ...objectElements(version, encode),
  });
  return documentOf('ListVersionsResult', {
    Name: bucket,
    Prefix: encode(prefix),
    KeyMarker: encode(after),
    VersionIdMarker: versionIdMarker ?? '',
    NextKeyMarker: isTruncated && last ? encode(last.key) : undefined,
    NextVersionIdMarker: isTruncated ? last?.versionId : undefined,
    EncodingType: query['encoding-type'],
    MaxKeys: limit,
    IsTruncated: isTruncated,
    Version: versions.filter(({ isMarker }) => !isMarker).map(elements),
    DeleteMarker: versions.filter(({ isMarker }) => isMarker).map(elements),
  });
}

/** AmazonS3/latest/API/API_ListMultipartUploads.html */
export function listUploads(buckets: Buckets, bucket: string, query: Query): string {
  const encode = encoderOf(query);
  const limit = pageSize(query, 'max-uploads');
  const { prefix = '', 'key-marker': after = '', 'upload-id-marker': uploadIdMarker } = query;
  const all = buckets.uploads(bucket).filter(({ key }) => key.startsWith(prefix));
  const begins = all.findIndex(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(after)) >= 0);
  const rest = begins < 0 ? [] : all.slice(begins);
  const ofMarker = rest.filter(({ key }) => key === after);
  // Whoever ends each upload that is listed to him has ended that of the marker: it is where the others of its key begin.
  const passed = uploadIdMarker
    ? ofMarker.findIndex(({ uploadId }) => uploadId === uploadIdMarker) + 1
    : ofMarker.length;
  const found = after ? rest.slice(passed) : rest;
  const uploads = found.slice(0, limit);
  const isTruncated = found.length > limit && limit > 0;
  const last = uploads.at(-1);
  return documentOf('ListMultipartUploadsResult', {
    Bucket: bucket,
    Prefix: encode(prefix),
    KeyMarker: encode(after),
    UploadIdMarker: uploadIdMarker ?? '',
    NextKeyMarker: isTruncated && last ? encode(last.key) : undefined,
    NextUploadIdMarker: isTruncated ? last?.uploadId : undefined,
    EncodingType: query['encoding-type'],
    MaxUploads: limit,
    IsTruncated: isTruncated,
    Upload: uploads.map(({ key, uploadId, initiated }) => ({
      Key: encode(key),
      UploadId: uploadId,
      StorageClass: 'STANDARD',
      Initiated: initiated.toISOString(),
    })),
  });
}

function objectElements(
  { key, isMarker, object }: Omit<Version, 'versionId' | 'isLatest'>,
  encode: (text: string) => string,
): Elements {
  const common = { Key: encode(key), LastModified: object.lastModified.toISOString() };
  if (isMarker) return common;
  const { etag: ETag, contentLength: Size, checksumAlgorithm: ChecksumAlgorithm } = object;
  return { ...common, ETag, Size, StorageClass: 'STANDARD', ChecksumAlgorithm };
}
