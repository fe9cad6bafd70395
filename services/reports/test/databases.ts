import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePorts } from '../../../offline/ports.ts';
import { startDatabase } from '../../../offline/services/postgres/index.ts';
import { until } from '../../../offline/test/processes.ts';
import { readOptionalEnv } from '../../../shared/env.ts';

/** A database for a test file alone, with nothing in it. */
export interface TestDatabase {
  readonly url: string;
  /** For what the test itself does. */
  readonly pool: pg.Pool;
  /** Empties it. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

type Named = readonly [name: string, open: () => Promise<TestDatabase>];

const { DATABASE_URL } = readOptionalEnv(['DATABASE_URL']);

/** The databases that there are to test on: PGlite, and a real server when there can be one. */
export const databases: readonly [Named, ...Named[]] = [
  ['PGlite', openPglite],
  ...(DATABASE_URL || isInstalled('initdb') ? ([['PostgreSQL', openPostgres]] as const) : []),
];

async function openPglite(): Promise<TestDatabase> {
  const [port = 0] = await freePorts(1);
  const say = () => undefined;
  const database = startDatabase({ user: 'shop', name: 'shop', port, reset: false, say });
  await database.ready();
  return testDatabase(database.url, database.end);
}

/** A database of its own on the server of DATABASE_URL, or on one that is started for it. */
async function openPostgres(): Promise<TestDatabase> {
  const server = DATABASE_URL ? { url: DATABASE_URL, stop: async () => undefined } : await startServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const command = async (sql: string) => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await command(`create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return testDatabase(url.href, async () => {
    await command(`drop database ${name} with (force)`);
    await server.stop();
  });
}

function testDatabase(url: string, stop: () => Promise<void>): TestDatabase {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on('error', () => undefined);
  return {
    url,
    pool,
    async reset() {
      await pool.query('drop schema public cascade');
      await pool.query('create schema public');
    },
    async close() {
      await pool.end();
      await stop();
    },
  };
}

/** A cluster in a temporary folder that forgets at a crash of the machine, and asks for its password. */
async function startServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const [port] = await freePorts(1);
  writeFileSync(join(folder, 'password'), 'secret');
  const user = unprivileged();
  if (user) {
    for (const path of [folder, join(folder, 'password')]) chownSync(path, user.uid, user.gid);
  }
  const data = join(folder, 'data');
  execFileSync(
    'initdb',
    [
      ...['--pgdata', data, '--username', 'shop', '--pwfile', join(folder, 'password')],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ],
    { ...user, cwd: folder, stdio: 'pipe' },
  );
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'shared_buffers=256MB',
    'max_connections=100',
  ];
  const server: ChildProcess = spawn(
    'postgres',
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, cwd: folder, stdio: 'ignore' },
  );
  const ended = once(server, 'exit');
  const kill = () => server.kill('SIGQUIT');
  process.once('exit', kill);
  const url = `postgres://shop:secret@127.0.0.1:${port}/postgres`;
  await until(async () => {
    const client = new pg.Client({ connectionString: url });
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  });
  return {
    url,
    async stop() {
      process.off('exit', kill);
      kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Postgres refuses to run as root; anybody else will do. */
function unprivileged(): { uid: number; gid: number } | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
}

function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}
