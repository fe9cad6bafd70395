import { DatabaseSync } from 'node:sqlite';

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
