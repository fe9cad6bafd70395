import type { Page, Position, Task, Walked } from './walk.ts';

/** What is kept of an upload: its manifest, and how far the import of each version of its file is. */
export type UploadRow = Manifest | Import;

interface Row {
  readonly uploadId: string;
  /** When DynamoDB may forget it; each write moves it on. */
  readonly expiresAt: Date;
}

export interface Manifest extends Row {
  readonly record: 'manifest';
  /** Of its file in the bucket. */
  readonly key: string;
  /** When it was announced. */
  readonly createdAt?: Date | undefined;
  readonly isReceived: boolean;
}

export interface Import extends Row {
  readonly record: 'import';
  readonly versionId: string;
  /** When the report was made of its parts, or the file refused. */
  readonly finishedAt?: Date | undefined;
  readonly hasParts: boolean;
}

export interface UploadRows {
  page(position: Position | undefined): Promise<Page<UploadRow>>;
  /** Deletes the row when nobody has written it since it was read; answers whether it did. */
  delete(row: UploadRow): Promise<boolean>;
}

/** A version of an object, with the time that the bucket gave it. */
export interface StoredVersion {
  readonly key: string;
  readonly versionId: string;
  readonly lastModified: Date;
}

export interface UploadedObjects {
  /** All versions under a key, or under all keys that begin so; of one key the newest first. */
  versions(
    where: { readonly key: string } | { readonly prefix: string },
  ): AsyncIterable<readonly StoredVersion[]>;
  delete(versions: readonly StoredVersion[]): Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** As long as the bucket keeps files and reports. */
const FILE_KEPT_MS = 30 * DAY_MS;
/** The link is good for a quarter of an hour, and the bucket's event of the file for a day. */
const ANNOUNCED_KEPT_MS = 2 * DAY_MS;
const PARTS_KEPT_MS = DAY_MS;

/**
 * Uploads that have expired, with all that belongs to them; those that were announced and never put; and the parts of
 * reports that are made. The bucket's own times have the last word: what it has got lately stays, whatever its row says.
 */
export const expiredUploads = (rows: UploadRows, objects: UploadedObjects): Walked<UploadRow> => {
  return {
    name: 'uploads',
    page: (position) => rows.page(position),
    idOf: (row) => `${row.uploadId} ${row.record}`,
    clean: (row, task) => (row.record === 'manifest' ? cleanManifest(row, task) : cleanImport(row, task)),
  };

  async function cleanManifest(row: Manifest, task: Task): Promise<boolean> {
    const isExpired = row.expiresAt < task.cutOff;
    if (!isExpired && !wasNeverPut(row, task)) return false;
    // Of a file whose event is late, or lost, there is no trace but the file.
    if (!isExpired && (await forget({ key: row.key }, new Date(0), task)) !== 'nothing') return false;
    for (const key of [row.key, `reports/${row.uploadId}.json`]) {
      if ((await forget({ key }, before(task, FILE_KEPT_MS), task)) === 'young') return false;
    }
    return task.dryRun || rows.delete(row);
  }

  async function cleanImport(row: Import, task: Task): Promise<boolean> {
    const { versionId, finishedAt } = row;
    const parts = { prefix: `parts/${versionId}/` };
    if (row.expiresAt < task.cutOff) {
      if ((await forget(parts, before(task, FILE_KEPT_MS), task)) === 'young') return false;
      return task.dryRun || rows.delete(row);
    }
    const oldEnough = before(task, PARTS_KEPT_MS);
    if (!finishedAt || !row.hasParts || finishedAt >= oldEnough) return false;
    return (await forget(parts, oldEnough, task)) === 'old';
  }

  /** Deletes versions page by page, up to a page with one that is too young; of one key, the newest is in the first. */
  async function forget(
    where: Parameters<UploadedObjects['versions']>[0],
    oldEnough: Date,
    { dryRun }: Task,
  ): Promise<'old' | 'young' | 'nothing'> {
    let found: 'old' | 'nothing' = 'nothing';
    for await (const versions of objects.versions(where)) {
      if (versions.some(({ lastModified }) => lastModified >= oldEnough)) return 'young';
      if (versions.length > 0) found = 'old';
      if (versions.length > 0 && !dryRun) await objects.delete(versions);
    }
    return found;
  }
};

const before = ({ cutOff }: Task, milliseconds: number) => new Date(cutOff.getTime() - milliseconds);

const wasNeverPut = ({ isReceived, createdAt }: Manifest, task: Task) =>
  !isReceived && createdAt !== undefined && createdAt < before(task, ANNOUNCED_KEPT_MS);
