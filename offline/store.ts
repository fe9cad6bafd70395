import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What the local cloud itself remembers, each part in tables of its own. */
export type Store = DatabaseSync;

/** Opens the store in the folder, or in memory; what is committed there outlives `kill -9`. */
export function openStore(folder: string | undefined): Store {
  if (folder === undefined) return new DatabaseSync(':memory:');
  mkdirSync(folder, { recursive: true });
  const store = new DatabaseSync(join(folder, 'local-cloud.sqlite'), { timeout: 5_000 });
  // A killed process loses nothing that was written; only a power cut could.
  store.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  return store;
}

/** Runs the statements as one transaction. */
export function transaction<Result>(store: Store, run: () => Result): Result {
  store.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    store.exec('COMMIT');
    return result;
  } catch (error) {
    store.exec('ROLLBACK');
    throw error;
  }
}
