import pg from 'pg';
import { translatePostgresFailure } from '../../../../shared/postgres.ts';
import { PasswordRefused } from '../domain/database-errors.ts';

/** Runs one statement; its rows as the driver reads them: bigint and numeric as text, timestamptz as Date. */
export type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** A pool of connections. Everything throws DependencyFailed when the database does not answer. */
export interface Database {
  readonly query: Query;
  /** Commits what `work` did, or rolls back when it throws. */
  transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result>;
  /** Waits for what is in hand. */
  close(): Promise<void>;
}

interface DatabaseListeners {
  /** The password is no longer taken; connections that are open stay so. */
  readonly onPasswordRefused: () => void;
  /** A connection that nobody used was lost; the next use opens another. */
  readonly onConnectionLost: (error: Error) => void;
}

export function openDatabase(
  config: pg.PoolConfig,
  { onPasswordRefused, onConnectionLost }: DatabaseListeners,
): Database {
  const pool = new pg.Pool(config);
  // Without a listener the process would end.
  pool.on('error', onConnectionLost);

  function named(error: unknown): unknown {
    // invalid_password, and invalid_authorization_specification for a user who is gone
    if (/^28(P01|000)$/.test(String((error as { code?: string }).code))) {
      onPasswordRefused();
      return new PasswordRefused('Postgres refuses the password.', { cause: error });
    }
    return translatePostgresFailure(error);
  }

  async function translated<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      throw named(error);
    }
  }

  return {
    query: (text, values) =>
      translated(async () => (await pool.query(text, values as unknown[] | undefined)).rows),
    async transaction(work) {
      const client = await translated(() => pool.connect());
      // A connection that is lost meanwhile fails the statement as well, where it is seen.
      client.on('error', ignored);
      try {
        await translated(() => client.query('begin'));
        const result = await work((text, values) =>
          translated(async () => (await client.query(text, values as unknown[] | undefined)).rows),
        );
        await translated(() => client.query('commit'));
        client.release();
        return result;
      } catch (error) {
        // The end of the connection is the end of the transaction, also when nobody answers any more.
        client.release(true);
        throw error;
      } finally {
        client.off('error', ignored);
      }
    },
    close: () => pool.end(),
  };
}

const ignored = () => undefined;
