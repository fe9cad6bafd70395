import { AwsError } from '../../aws/error.ts';
import { objectActions, type Reply, type S3Store } from '../fauxqs/library.ts';
import { documentOf, elementsIn, namesIn, textIn } from '../fauxqs/xml.ts';
import { checkSource, checkWrite, isNotModified, rangeOf } from './conditions.ts';
import { corsRulesIn } from './cors.ts';
import { listObjects, listUploads, listVersions } from './listing.ts';
import { announce, notificationsIn, type Receivers } from './notifications.ts';
import type { Buckets, Version } from './objects.ts';
import { type Headers, MAX_OBJECT_BYTES, tooLarge } from './payload.ts';
import { decoded, notEmulated, type Route } from './route.ts';

export interface S3Options {
  readonly region: string;
  readonly receivers: Receivers;
  /** Whether there is such a queue or topic; functions are not looked for. */
  readonly isTarget: (arn: string) => boolean;
}

/** A request, and what it is answered with when all is written. */
export interface Call extends Route {
  readonly headers: Headers;
  readonly body: Buffer;
  readonly reply: Reply;
}

type Operation = (call: Call) => void;

const malformed = () =>
  new AwsError('MalformedXML', 'The XML you provided did not validate against our schema');

export function operationsOn(
  buckets: Buckets,
  { region, receivers, isTarget }: S3Options,
): Record<string, Operation> {
  const library =
    (name: keyof typeof objectActions, store: Partial<S3Store> = buckets): Operation =>
    ({ headers, bucket, key, query, body, reply }) =>
      objectActions[name]({ headers, params: { bucket, '*': key }, query, body }, reply, store);

  /** Sets the headers that also go with an error. */
  const readable = ({ bucket, key, query, reply }: Call): Version => {
    const version = buckets.version(bucket, key, query.versionId);
    if (version && buckets.isVersioned(bucket)) reply.header('x-amz-version-id', version.versionId);
    if (version?.isMarker) reply.header('x-amz-delete-marker', 'true');
    return existing(version, query.versionId);
  };
  const current = ({ bucket, key }: Call) => {
    const version = buckets.version(bucket, key);
    return version?.isMarker ? undefined : version?.object;
  };
  const created =
    (how: string, reason: string, operation: Operation): Operation =>
    (call) => {
      const { bucket, key, reply } = call;
      checkWrite(call.headers, current(call));
      operation(call);
      const version = buckets.version(bucket, key);
      if (!version) return;
      const versionId = buckets.isVersioned(bucket) ? version.versionId : undefined;
      if (versionId) reply.header('x-amz-version-id', versionId);
      const { contentLength: size, etag } = version.object;
      const created = { bucket, key, size, etag: etag.replaceAll('"', ''), versionId };
      announce(buckets, receivers, region, { name: `ObjectCreated:${how}`, reason, ...created });
    };
  const removed = (bucket: string, key: string, versionId?: string): Version | undefined => {
    const version = buckets.remove(bucket, key, versionId);
    if (!version) return undefined;
    const isNewMarker = version.isMarker && versionId === undefined;
    const change = { bucket, key, ...(buckets.isVersioned(bucket) && { versionId: version.versionId }) };
    const name = isNewMarker ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete';
    announce(buckets, receivers, region, { name, reason: 'DeleteObject', ...change });
    return version;
  };
  const sourceOf = ({ headers, reply }: Call) => {
    const [path = '', versionId] = (headers['x-amz-copy-source'] ?? '').split('?versionId=');
    const [, bucket = '', key = ''] = /^\/?([^/]+)\/(.+)$/s.exec(decoded(path)) ?? [];
    if (!buckets.hasBucket(bucket)) throw noSuchBucket();
    const version = existing(buckets.version(bucket, key, versionId), versionId);
    checkSource(headers, version.object);
    if (buckets.isVersioned(bucket)) reply.header('x-amz-copy-source-version-id', version.versionId);
    return { bucket, key, isCurrent: versionId === undefined, getObject: () => buckets.withBody(version) };
  };

  return {
    ListBuckets({ reply }) {
      const Bucket = buckets.listBuckets().map(({ name, creationDate }) => {
        return { Name: name, CreationDate: creationDate.toISOString() };
      });
      const Owner = { ID: '000000000000' };
      answerXml(reply, documentOf('ListAllMyBucketsResult', { Owner, Buckets: { Bucket } }));
    },
    CreateBucket({ bucket, body, reply }) {
      refuseElements(body, ['CreateBucketConfiguration', 'LocationConstraint']);
      if (buckets.hasBucket(bucket)) {
        const message = 'Your previous request to create the named bucket succeeded and you already own it.';
        throw new AwsError('BucketAlreadyOwnedByYou', message, 409);
      }
      buckets.createBucket(bucket);
      reply.header('location', `/${bucket}`);
    },
    DeleteBucket({ bucket, reply }) {
      buckets.deleteBucket(bucket);
      reply.status(204);
    },
    HeadBucket: ({ reply }) => reply.header('x-amz-bucket-region', region),
    GetBucketLocation: ({ reply }) => answerXml(reply, documentOf('LocationConstraint', region)),
    GetBucketVersioning({ bucket, reply }) {
      const Status = buckets.setting(bucket, 'versioning');
      answerXml(reply, documentOf('VersioningConfiguration', { Status }));
    },
    PutBucketVersioning({ bucket, body }) {
      refuseElements(body, ['VersioningConfiguration', 'Status']);
      const status = textIn(body.toString(), 'Status');
      if (status !== 'Enabled') throw notEmulated(`PutBucketVersioning with Status ${status}`);
      buckets.set(bucket, 'versioning', status);
    },
    GetBucketNotificationConfiguration({ bucket, reply }) {
      const configuration = buckets.setting(bucket, 'notification');
      answerXml(reply, configuration ?? documentOf('NotificationConfiguration', {}));
    },
    PutBucketNotificationConfiguration({ bucket, body }) {
      const { notifications } = notificationsIn(body.toString());
      const unknown = notifications.find(({ target }) => !isTarget(target));
      if (unknown) {
        const message = `Unable to validate the following destination configurations: ${unknown.target}`;
        throw new AwsError('InvalidArgument', message);
      }
      buckets.set(bucket, 'notification', body.toString());
    },
    GetBucketCors({ bucket, reply }) {
      const configuration = buckets.setting(bucket, 'cors');
      if (!configuration) {
        const message = 'The CORS configuration does not exist';
        throw new AwsError('NoSuchCORSConfiguration', message, 404);
      }
      answerXml(reply, configuration);
    },
    PutBucketCors({ bucket, body }) {
      corsRulesIn(body.toString());
      buckets.set(bucket, 'cors', body.toString());
    },
    DeleteBucketCors({ bucket, reply }) {
      buckets.unset(bucket, 'cors');
      reply.status(204);
    },
    GetBucketLifecycleConfiguration: library('getBucketLifecycleConfiguration'),
    PutBucketLifecycleConfiguration: library('putBucketLifecycleConfiguration'),
    DeleteBucketLifecycle: library('deleteBucketLifecycleConfiguration'),
    ListObjectsV2: ({ bucket, query, reply }) => answerXml(reply, listObjects(buckets, bucket, query)),
    ListObjects: ({ bucket, query, reply }) => answerXml(reply, listObjects(buckets, bucket, query)),
    ListObjectVersions: ({ bucket, query, reply }) => answerXml(reply, listVersions(buckets, bucket, query)),
    ListMultipartUploads: ({ bucket, query, reply }) => answerXml(reply, listUploads(buckets, bucket, query)),
    GetObject(call) {
      const version = readable(call);
      if (isNotModified(call.headers, version.object)) {
        call.reply.header('etag', version.object.etag);
        call.reply.status(304);
        return;
      }
      // The library's own reading of conditions and ranges is not AWS's.
      const headers = { range: rangeOf(call.headers, version.object), ...checksumMode(call) };
      library('getObject', { getObject: () => buckets.withBody(version) })({ ...call, headers });
      call.reply.header('accept-ranges', 'bytes');
      for (const [name, value] of Object.entries(call.query)) {
        if (name.startsWith('response-')) call.reply.header(name.slice('response-'.length), value);
      }
    },
    HeadObject(call) {
      if (call.headers.range) throw notEmulated('HeadObject with Range');
      const { object } = readable(call);
      if (isNotModified(call.headers, object)) {
        call.reply.header('etag', object.etag);
        call.reply.status(304);
        return;
      }
      library('headObject', { headObject: () => object })(call);
      call.reply.header('accept-ranges', 'bytes');
    },
    GetObjectAttributes(call) {
      const { object } = readable(call);
      library('getObjectAttributes', { headObject: () => object })(call);
    },
    PutObject: created('Put', 'PutObject', (call) => {
      checkObject(call);
      library('putObject')(call);
    }),
    CopyObject: created('Copy', 'CopyObject', (call) => {
      checkObject(call);
      const { getObject, isCurrent, ...source } = sourceOf(call);
      const isSame = isCurrent && source.bucket === call.bucket && source.key === call.key;
      if (isSame && call.headers['x-amz-metadata-directive'] !== 'REPLACE') {
        const reason = 'it is trying to copy an object to itself without changing it.';
        throw new AwsError('InvalidRequest', `This copy request is illegal because ${reason}`);
      }
      library('putObject', { getObject, putObject: (...object) => buckets.putObject(...object) })(call);
    }),
    DeleteObject(call) {
      const { bucket, key, query, headers, reply } = call;
      checkWrite(headers, current(call));
      const version = removed(bucket, key, query.versionId);
      if (version && buckets.isVersioned(bucket)) {
        reply.header('x-amz-version-id', version.versionId);
        if (version.isMarker) reply.header('x-amz-delete-marker', 'true');
      }
      reply.status(204);
    },
    DeleteObjects({ bucket, body, reply }) {
      refuseElements(body, ['Delete', 'Object', 'Key', 'VersionId', 'Quiet']);
      const xml = body.toString();
      const objects = elementsIn(xml, 'Object');
      if (objects.length === 0 || objects.length > 1_000) throw malformed();
      const deleted = objects.map((object) => {
        const key = textIn(object, 'Key');
        if (!key) throw malformed();
        const versionId = textIn(object, 'VersionId');
        const version = removed(bucket, key, versionId);
        const marker = version?.isMarker ? version.versionId : undefined;
        const DeleteMarker = marker === undefined ? undefined : true;
        return { Key: key, VersionId: versionId, DeleteMarker, DeleteMarkerVersionId: marker };
      });
      answerXml(
        reply,
        documentOf('DeleteResult', textIn(xml, 'Quiet') === 'true' ? {} : { Deleted: deleted }),
      );
    },
    CreateMultipartUpload(call) {
      checkObject(call);
      library('createMultipartUpload')(call);
    },
    UploadPart(call) {
      checkPart(buckets, call);
      library('uploadPart')(call);
    },
    UploadPartCopy(call) {
      checkPart(buckets, call);
      const { getObject } = sourceOf(call);
      library('uploadPart', { getObject, uploadPart: (...part) => buckets.uploadPart(...part) })(call);
    },
    CompleteMultipartUpload: created('CompleteMultipartUpload', 'CompleteMultipartUpload', (call) => {
      const { bucket, key, query, body } = call;
      const upload = buckets.upload(bucket, key, query.uploadId ?? '');
      if (elementsIn(body.toString(), 'Part').length === 0) throw malformed();
      if (buckets.uploadedBytes(upload.uploadId) > MAX_OBJECT_BYTES) throw tooLarge();
      library('completeMultipartUpload')(call);
    }),
    AbortMultipartUpload(call) {
      buckets.upload(call.bucket, call.key, call.query.uploadId ?? '');
      library('abortMultipartUpload')(call);
    },
  };
}

/** @throws AwsError when there is no such version, or it is a delete marker */
function existing(version: Version | undefined, versionId: string | undefined): Version {
  if (version && !version.isMarker) return version;
  if (versionId === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  if (!version) throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404);
  throw new AwsError('MethodNotAllowed', 'A delete marker can only be deleted.', 405);
}

export const noSuchBucket = () => new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);

function answerXml(reply: Reply, document: string): void {
  reply.header('content-type', 'application/xml');
  reply.send(document);
}

/** @throws AwsError that names an element which is not emulated */
function refuseElements(body: Buffer, known: readonly string[]): void {
  const unknown = [...namesIn(body.toString())].find((name) => !known.includes(name));
  if (unknown) throw notEmulated(unknown);
}

const checksumMode = ({ headers }: Call) => ({ 'x-amz-checksum-mode': headers['x-amz-checksum-mode'] });

/** AmazonS3/latest/userguide/object-keys.html and UsingMetadata.html */
function checkObject({ key, headers }: Call): void {
  if (Buffer.byteLength(key) > 1_024) throw new AwsError('KeyTooLongError', 'Your key is too long');
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  const size = metadata.reduce(
    (sum, [name, value = '']) => sum + name.length - 'x-amz-meta-'.length + value.length,
    0,
  );
  if (size > 2_048) {
    throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
  }
}

/** AmazonS3/latest/userguide/qfacts.html */
function checkPart(buckets: Buckets, { bucket, key, query }: Call): void {
  buckets.upload(bucket, key, query.uploadId ?? '');
  const number = Number(query.partNumber);
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return;
  throw new AwsError('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
}
