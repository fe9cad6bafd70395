import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LocalCloudError, messageOf } from '../../errors.ts';

/** DynamoDB Streams keep a record this long. */
const STREAM_RETENTION_SECONDS = 24 * 60 * 60;

/**
 * Drops the stream records of an existing database that DynamoDB would have dropped by now. Each table's newest
 * stays, since dynoxide counts on from it. Only while dynoxide does not run.
 */
export function trimStreamRecords(file: string, now: number): void {
  onStreamRecords(file, (database) =>
    database
      .prepare(
        `DELETE FROM _stream_records WHERE created_at < ?
         AND id NOT IN (SELECT MAX(id) FROM _stream_records GROUP BY table_name)`,
      )
      .run(now - STREAM_RETENTION_SECONDS),
  );
}

/**
 * dynoxide looks for a table's highest sequence number at every write, with no index to find it by: after 10,000
 * writes each one takes eight times as long. This is the index.
 */
export function indexStreamRecords(file: string): void {
  onStreamRecords(file, (database) =>
    database.exec(
      `CREATE INDEX IF NOT EXISTS local_cloud_sequence
       ON _stream_records (table_name, CAST(sequence_number AS INTEGER))`,
    ),
  );
}

function onStreamRecords(file: string, use: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = '_stream_records'").get();
    if (known) use(database);
  } finally {
    database.close();
  }
}

/** Referred to from here, or the garbage collector would close them and let go of their folders. */
const held = new Set<DatabaseSync>();

/**
 * Makes a folder and holds it for this process. The system lets go of the lock when the process ends, however it ends.
 *
 * @throws LocalCloudError when it cannot be made, or another process holds it
 */
export function lockFolder(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true });
    const lock = new DatabaseSync(join(folder, 'lock'));
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    held.add(lock);
    return () => {
      if (held.delete(lock)) lock.close();
    };
  } catch (error) {
    const problem = /locked/.test(messageOf(error))
      ? 'it is in use by another local cloud'
      : messageOf(error);
    throw new LocalCloudError(`The data folder ${folder} cannot be used: ${problem}.`, { cause: error });
  }
}
