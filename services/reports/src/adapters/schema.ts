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
     * A newer one stays as it is, when this program may work with it.
     * @throws DatabaseTooNew when it may not
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
        await query('alter table migrations add column if not exists works_from integer not null default 1');
        const { applied, worksFrom } = await state(query);
        if (worksFrom > newest) {
          throw new DatabaseTooNew(
            `The database is at migration ${applied} and works from ${worksFrom} on; this program is at ${newest}.`,
          );
        }
        for (const step of migrations.slice(applied)) {
          await query(step.sql);
          await query('insert into migrations (number, name, works_from) values ($1, $2, $3)', [
            step.number,
            step.name,
            step.worksFrom,
          ]);
        }
      });
      isPrepared = true;
    },

    /** Whether the database can be read, and was migrated by this process or found so. @throws */
    async check(): Promise<void> {
      if (!isPrepared) throw new Error('The database is not migrated yet.');
      await state(database.query);
    },
  };
}

/** The newest step that was applied, and the step from which on a program works with the database. */
async function state(query: Query): Promise<{ applied: number; worksFrom: number }> {
  const [row] = await query<{ applied: number; worksFrom: number }>(`
    select coalesce(max(number), 0) as applied, coalesce(max(works_from), 0) as "worksFrom" from migrations`);
  return row ?? { applied: 0, worksFrom: 0 };
}
