import { DatabaseTooNew } from '../domain/database-errors.ts';
import type { Database, Query } from './database.ts';
import type { Migration } from './migrations/index.ts';

/** The key of the lock that migrates one at a time; any number that nobody else takes in this database. */
const LOCK = 7_230_817;

interface SchemaDatabases {
  readonly database: Pick<Database, 'query'>;
  /** One that waits long for an answer: an index of a large table takes its time. */
  readonly patient: Pick<Database, 'transaction'>;
}

/** The schema of the database, as this program knows it. */
export function schema({ database, patient }: SchemaDatabases, migrations: readonly Migration[]) {
  const newest = migrations.length;
  let isPrepared = false;

  return {
    /**
     * Brings the database to the newest schema, in one transaction: whoever comes at the same time waits and finds it done.
     * @throws DatabaseTooNew when it is beyond that
     */
    async migrate(): Promise<void> {
      await patient.transaction(async (query) => {
        await query('set local statement_timeout = 0; set local lock_timeout = 0');
        await query('select pg_advisory_xact_lock($1)', [LOCK]);
        await query(`create table if not exists migrations (
          number integer primary key,
          name text not null,
          applied_at timestamptz not null default now()
        )`);
        const applied = await appliedMigration(query);
        if (applied > newest) {
          throw new DatabaseTooNew(`The database is at migration ${applied}, this program at ${newest}.`);
        }
        for (const { number, name, sql } of migrations.slice(applied)) {
          await query(sql);
          await query('insert into migrations (number, name) values ($1, $2)', [number, name]);
        }
      });
      isPrepared = true;
    },

    /** Whether the database can be read, and was migrated by this process or found so. @throws */
    async check(): Promise<void> {
      if (!isPrepared) throw new Error('The database is not migrated yet.');
      await appliedMigration(database.query);
    },
  };
}

async function appliedMigration(query: Query): Promise<number> {
  const [row] = await query<{ number: number }>('select coalesce(max(number), 0) as number from migrations');
  return row?.number ?? 0;
}
