import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Store, transaction } from '../../store.ts';
import { PersistenceManager } from './library.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS deduplications (
    scope TEXT NOT NULL, id TEXT NOT NULL, until INTEGER NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (scope, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS deduplications_until ON deduplications (until);
`;

/** AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html; SNS has the same. */
const DEDUPLICATION_MS = 5 * 60 * 1_000;

/** The library's database, in which its neighbours keep what the library would hold in memory or forget. */
export class Tables {
  readonly persistence: PersistenceManager;
  readonly db: Store;

  /** Without a folder the database is a file that has lost its name, so that it goes with the process. */
  constructor(folder: string | undefined) {
    const place = folder ?? mkdtempSync(join(tmpdir(), 'local-cloud-'));
    this.persistence = new PersistenceManager(place);
    this.db = Reflect.get(this.persistence, 'db');
    // The library writes row by row; here one request is one transaction, which the library's own must join.
    Reflect.set(this.persistence, 'transaction', (run: () => void) => this.transaction(run));
    if (folder === undefined) {
      this.db.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
      rmSync(place, { recursive: true });
    } else {
      // A killed process loses nothing that was written; only a power cut could.
      this.db.exec('PRAGMA synchronous = NORMAL');
    }
    this.db.exec(SCHEMA);
  }

  transaction<Result>(run: () => Result): Result {
    return this.db.isTransaction ? run() : transaction(this.db, run);
  }

  /** Counts from 1, also over restarts. */
  next(counter: string): number {
    const row = this.db
      .prepare(
        'INSERT INTO counters VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value',
      )
      .get(counter);
    return Number(row?.value);
  }

  /** Runs once for an id; for five minutes the same id gets the same answer. */
  once<Answer>(scope: string, id: string, now: number, run: () => Answer): Answer {
    this.db.prepare('DELETE FROM deduplications WHERE until <= ?').run(now);
    const known = this.db
      .prepare('SELECT answer FROM deduplications WHERE scope = ? AND id = ?')
      .get(scope, id);
    if (known) return JSON.parse(String(known.answer)) as Answer;
    const answer = run();
    this.db
      .prepare('INSERT INTO deduplications VALUES (?, ?, ?, ?)')
      .run(scope, id, now + DEDUPLICATION_MS, JSON.stringify(answer));
    return answer;
  }

  /** What was answered in the scope, and in those that begin with it and a space. */
  forget(scope: string): void {
    this.db.prepare("DELETE FROM deduplications WHERE scope = ? OR scope GLOB ? || ' *'").run(scope, scope);
  }
}
