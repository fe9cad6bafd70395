import type { IncomingMessage } from 'node:http';
import { AwsError } from '../../aws/error.ts';

/**
 * All that is emulated, for what the library does not know it takes for something else: a PutObjectTagging would be a
 * PutObject. Each line has method, level, sub-resource, operation, and the parameters that the query may have besides.
 */
const ROUTES = `
GET     service  -             ListBuckets
PUT     bucket   -             CreateBucket
HEAD    bucket   -             HeadBucket
DELETE  bucket   -             DeleteBucket
GET     bucket   location      GetBucketLocation
GET     bucket   versioning    GetBucketVersioning
PUT     bucket   versioning    PutBucketVersioning
GET     bucket   notification  GetBucketNotificationConfiguration
PUT     bucket   notification  PutBucketNotificationConfiguration
GET     bucket   cors          GetBucketCors
PUT     bucket   cors          PutBucketCors
DELETE  bucket   cors          DeleteBucketCors
GET     bucket   lifecycle     GetBucketLifecycleConfiguration
PUT     bucket   lifecycle     PutBucketLifecycleConfiguration
DELETE  bucket   lifecycle     DeleteBucketLifecycle
GET     bucket   list-type     ListObjectsV2 prefix delimiter max-keys start-after continuation-token encoding-type
GET     bucket   -             ListObjects prefix delimiter max-keys marker encoding-type
GET     bucket   versions      ListObjectVersions prefix max-keys key-marker version-id-marker encoding-type
GET     bucket   uploads       ListMultipartUploads prefix max-uploads key-marker upload-id-marker encoding-type
POST    bucket   delete        DeleteObjects
PUT     object   -             PutObject
GET     object   -             GetObject versionId response-cache-control response-content-disposition response-content-encoding response-content-language response-content-type response-expires
HEAD    object   -             HeadObject versionId
DELETE  object   -             DeleteObject versionId
GET     object   attributes    GetObjectAttributes versionId
POST    object   uploads       CreateMultipartUpload
PUT     object   uploadId      UploadPart partNumber
POST    object   uploadId      CompleteMultipartUpload
DELETE  object   uploadId      AbortMultipartUpload
`
  .trim()
  .split('\n')
  .map((line) => {
    const [method, level, subresource = '', operation = '', ...parameters] = line.split(/ +/);
    return { method, level, subresource, operation, known: new Set([subresource, ...parameters]) };
  });

/** Has no consequence on one machine: who may do what, encryption, and what SDKs say of themselves. */
const KNOWN_HEADER = new RegExp(
  `^x-amz-(${[
    'acl|grant-[a-z-]+|request-payer|(source-)?expected-bucket-owner|object-ownership|security-token|content-sha256|date',
    'server-side-encryption(-aws-kms-key-id|-bucket-key-enabled|-context)?|storage-class|tagging-directive',
    'meta-.+|metadata-directive|copy-source(-range|-if-(none-)?match|-if-(un)?modified-since)?|object-attributes|max-parts|part-number-marker',
    'checksum-(mode|algorithm|crc32|crc32c|crc64nvme|sha1|sha256)|decoded-content-length|trailer|sdk-.+|user-agent',
  ].join('|')})$`,
);

export const notEmulated = (what: string) =>
  new AwsError('NotImplemented', `The local cloud does not emulate s3 (${what}).`, 501);

export interface Route {
  /** Empty when the request is none that is emulated. */
  readonly operation: string;
  /** For the log and for faults, of a request that is not emulated, too: `PutObjectTagging`. */
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
}

/** @throws AwsError InvalidURI for a path that is not encoded as it must be */
export function routeOf({ method = '', url = '', headers }: IncomingMessage): Route {
  const [path = '', search = ''] = url.split(/\?(.*)/s);
  const [, rawBucket = '', rawKey = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const [bucket, key] = [decoded(rawBucket), decoded(rawKey)];
  const query = Object.fromEntries(new URLSearchParams(search));
  const level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const parameters = Object.keys(query).filter((name) => !/^x-(amz-|id$)/i.test(name));
  const found = ROUTES.find(
    (route) =>
      route.method === method &&
      route.level === level &&
      (route.subresource === '-' || route.subresource in query) &&
      parameters.every((name) => route.known.has(name)),
  );
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  const operation = isCopy ? COPIES[found?.operation ?? ''] : found?.operation;
  return {
    operation: operation ?? '',
    name: operation ?? nameOf(method, level, parameters),
    bucket,
    key,
    query,
  };
}

const COPIES: Readonly<Record<string, string>> = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' };

/** As AWS would call it, of the sub-resource that is not known. */
function nameOf(method: string, level: string, parameters: readonly string[]): string {
  const parts = [method.toLowerCase(), level, ...(parameters[0] ?? '').split('-')];
  return parts.map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join('');
}

/** @throws AwsError InvalidURI */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}

/** A header that asks for what is not emulated. */
export function unknownHeader(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  if (/GLACIER$|DEEP_ARCHIVE|SNOW/.test(headers['x-amz-storage-class'] ?? '')) return 'x-amz-storage-class';
  return Object.keys(headers).find(
    (name) => name === 'expires' || (name.startsWith('x-amz-') && !KNOWN_HEADER.test(name)),
  );
}
