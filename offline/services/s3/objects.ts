import { randomBytes } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import { AwsError } from '../../aws/error.ts';
import { type MultipartUpload, type S3Object, S3Store } from '../fauxqs/library.ts';
import type { Tables } from '../fauxqs/tables.ts';

/** The version of an object in a bucket without versions is `null`. `properties` are those of the library's object. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS object_versions (
    position INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, key TEXT NOT NULL, version_id TEXT NOT NULL,
    is_latest INTEGER NOT NULL, is_marker INTEGER NOT NULL, properties TEXT NOT NULL, body BLOB,
    UNIQUE (bucket, key, version_id)
  );
  CREATE INDEX IF NOT EXISTS object_versions_latest ON object_versions (bucket, key) WHERE is_latest;
  CREATE TABLE IF NOT EXISTS bucket_settings (
    bucket TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (bucket, name)
  ) WITHOUT ROWID;
`;

const COLUMNS = `position, key, version_id AS versionId, is_latest AS isLatest, is_marker AS isMarker, properties`;
const STATEMENTS = {
  latest: `SELECT ${COLUMNS} FROM object_versions WHERE bucket = ? AND key = ? AND is_latest`,
  version: `SELECT ${COLUMNS} FROM object_versions WHERE bucket = ? AND key = ? AND version_id = ?`,
  body: 'SELECT body FROM object_versions WHERE position = ?',
  partBody: 'SELECT body FROM s3_multipart_parts WHERE upload_id = ? AND part_number = ?',
  uploadSize: 'SELECT SUM(LENGTH(body)) AS size FROM s3_multipart_parts WHERE upload_id = ?',
  replace: `DELETE FROM object_versions WHERE bucket = ? AND key = ? AND version_id = ?`,
  supersede: 'UPDATE object_versions SET is_latest = 0 WHERE bucket = ? AND key = ? AND is_latest',
  insert: `INSERT INTO object_versions (bucket, key, version_id, is_latest, is_marker, properties, body)
    VALUES (?, ?, ?, 1, ?, ?, ?)`,
  reinstate: `UPDATE object_versions SET is_latest = 1 WHERE position =
    (SELECT MAX(position) FROM object_versions WHERE bucket = ? AND key = ?)`,
  // A prefix is a range of keys: U+10FFFF comes after every other character.
  list: `SELECT ${COLUMNS} FROM object_versions WHERE bucket = :bucket AND key > :after
    AND key >= :prefix AND key < :prefix || char(1114111) AND is_latest AND NOT is_marker ORDER BY key LIMIT :limit`,
  listVersions: `SELECT ${COLUMNS} FROM object_versions WHERE bucket = :bucket
    AND (key > :after OR (key = :after AND position < :before))
    AND key >= :prefix AND key < :prefix || char(1114111) ORDER BY key, position DESC LIMIT :limit`,
  isEmpty: 'SELECT NOT EXISTS (SELECT 1 FROM object_versions WHERE bucket = ?) AS yes',
  setting: 'SELECT value FROM bucket_settings WHERE bucket = ? AND name = ?',
  set: 'INSERT OR REPLACE INTO bucket_settings VALUES (?, ?, ?)',
  unset: 'DELETE FROM bucket_settings WHERE bucket = ? AND name = ?',
  forget: 'DELETE FROM bucket_settings WHERE bucket = ?',
};

type Setting = 'versioning' | 'notification' | 'cors';

export interface Version {
  readonly position: number;
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: number;
  readonly isMarker: number;
  /** Without its body. */
  readonly object: S3Object;
}

/** The library remembers the objects of a bucket in a map; here the database does. */
class NoMemory<Key, Value> extends Map<Key, Value> {
  override set(): this {
    return this;
  }
}

const NO_BODY = Buffer.alloc(0);

/** The library's buckets with their objects in the database, all versions of them. */
export class Buckets extends S3Store {
  readonly tables: Tables;
  readonly #sql: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;

  constructor(tables: Tables) {
    super();
    this.tables = tables;
    tables.db.exec(SCHEMA);
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, tables.db.prepare(sql)]);
    this.#sql = Object.fromEntries(prepared);
    tables.persistence.upsertObject = (bucket, object) => this.#insert(bucket, object);
  }

  override createBucket(name: string): void {
    super.createBucket(name);
    (Reflect.get(this, 'buckets') as Map<string, Map<string, S3Object>>).set(name, new NoMemory());
  }

  override deleteBucket(name: string): void {
    if (this.hasBucket(name) && !this.#sql.isEmpty.get(name)?.yes) {
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty.', 409);
    }
    for (const { bucket, uploadId } of this.#uploads.values()) {
      if (bucket === name) this.abortMultipartUpload(uploadId);
    }
    super.deleteBucket(name);
    this.#sql.forget.run(name);
  }

  setting(bucket: string, name: Setting): string | undefined {
    return this.#sql.setting.get(bucket, name)?.value as string | undefined;
  }

  set(bucket: string, name: Setting, value: string): void {
    this.#sql.set.run(bucket, name, value);
  }

  unset(bucket: string, name: Setting): void {
    this.#sql.unset.run(bucket, name);
  }

  isVersioned(bucket: string): boolean {
    return this.setting(bucket, 'versioning') === 'Enabled';
  }

  /** The latest version unless another is named; it may be a delete marker. */
  version(bucket: string, key: string, versionId?: string): Version | undefined {
    const row =
      versionId === undefined
        ? this.#sql.latest.get(bucket, key)
        : this.#sql.version.get(bucket, key, versionId);
    return row && versionOf(row);
  }

  withBody({ position, object }: Version): S3Object {
    return { ...object, body: bufferOf(this.#sql.body.get(position)) };
  }

  #insert(bucket: string, { body, ...properties }: S3Object): void {
    const versionId = this.isVersioned(bucket) ? newVersionId() : 'null';
    this.#sql.replace.run(bucket, properties.key, versionId);
    this.#sql.supersede.run(bucket, properties.key);
    this.#sql.insert.run(bucket, properties.key, versionId, 0, JSON.stringify(properties), body);
  }

  /** Answers the marker, where the bucket keeps versions and none is named, or else what is no longer there. */
  remove(bucket: string, key: string, versionId?: string): Version | undefined {
    if (versionId === undefined && this.isVersioned(bucket)) {
      this.#sql.supersede.run(bucket, key);
      const properties = JSON.stringify({ lastModified: new Date() });
      this.#sql.insert.run(bucket, key, newVersionId(), 1, properties, null);
      return this.version(bucket, key);
    }
    const removed = this.version(bucket, key, versionId);
    if (removed) this.#sql.replace.run(bucket, key, removed.versionId);
    if (removed?.isLatest) this.#sql.reinstate.run(bucket, key);
    return removed;
  }

  list(range: { bucket: string; prefix: string; after: string; limit: number }): Version[] {
    return this.#sql.list.all(range).map(versionOf);
  }

  /** Each key's versions from the newest to the oldest; `before` is a position. */
  listVersions(range: {
    bucket: string;
    prefix: string;
    after: string;
    before: number;
    limit: number;
  }): Version[] {
    return this.#sql.listVersions.all(range).map(versionOf);
  }

  /** @throws AwsError NoSuchUpload when there is none for this key, which the library does not look at */
  upload(bucket: string, key: string, uploadId: string): MultipartUpload {
    const upload = this.#uploads.get(uploadId);
    if (upload?.bucket === bucket && upload.key === key) return upload;
    throw new AwsError('NoSuchUpload', 'The specified multipart upload does not exist.', 404);
  }

  /** By their keys, and those of one key in the order in which they began. */
  uploads(bucket: string): MultipartUpload[] {
    return [...this.#uploads.values()]
      .filter((upload) => upload.bucket === bucket)
      .sort(
        (one, other) =>
          Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)) ||
          one.initiated.getTime() - other.initiated.getTime(),
      );
  }

  uploadedBytes(uploadId: string): number {
    return Number(this.#sql.uploadSize.get(uploadId)?.size);
  }

  override uploadPart(...[uploadId, partNumber, ...rest]: Parameters<S3Store['uploadPart']>) {
    const answer = super.uploadPart(uploadId, partNumber, ...rest);
    this.#forgetBody(uploadId, this.#uploads.get(uploadId)?.parts.get(partNumber));
    return answer;
  }

  override restoreMultipartUpload(upload: MultipartUpload): void {
    super.restoreMultipartUpload(upload);
    for (const part of upload.parts.values()) this.#forgetBody(upload.uploadId, part);
  }

  /** The library holds the parts of all uploads in memory; now it finds them in the database. */
  #forgetBody(uploadId: string, part: { partNumber: number; body: Buffer } | undefined): void {
    const get = () => bufferOf(this.#sql.partBody.get(uploadId, part?.partNumber ?? 0));
    if (part) Object.defineProperty(part, 'body', { get });
  }

  get #uploads(): ReadonlyMap<string, MultipartUpload> {
    return Reflect.get(this, 'multipartUploads');
  }
}

const newVersionId = () => randomBytes(24).toString('base64url');

function bufferOf(row: Record<string, unknown> | undefined): Buffer {
  const body = (row?.body ?? NO_BODY) as Buffer<ArrayBuffer>;
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function versionOf({ properties, ...row }: Record<string, unknown>): Version {
  const { lastModified, ...object } = JSON.parse(String(properties));
  return { ...row, object: { ...object, lastModified: new Date(lastModified), body: NO_BODY } } as Version;
}
