import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { freePorts } from '../ports.ts';
import { type Database, startDatabase } from '../services/postgres/index.ts';
import { type OfflineProcess, sls, startOffline } from '../testing/offline.ts';
import { fixtureApplication } from './fixture.ts';
import { descendants, isRunning, until } from './processes.ts';

jest.setTimeout(120_000);

const application = fixtureApplication('fixture-containers');
const { folder } = application;
const data = mkdtempSync(join(tmpdir(), 'data-'));
const say = () => undefined;
afterAll(() => {
  rmSync(data, { recursive: true, force: true });
  application.remove();
});

/** Makes the container count one visit more; what it counts to, once it can. */
async function visits({ endpoints }: OfflineProcess): Promise<number> {
  let count = Number.NaN;
  await until(async () => {
    const answer = await fetch(`${endpoints.reports}/count`).catch(() => undefined);
    if (answer?.status === 200) count = Number(await answer.text());
    return answer?.status === 200;
  });
  return count;
}

describe('sls offline', () => {
  it('keeps the database in the data folder, also when all is killed', async () => {
    const args = ['--data', data];
    const first = await startOffline({ folder, args });
    const { reports, database } = first.endpoints;
    expect(await visits(first)).toBe(1);
    expect(await visits(first)).toBe(2);
    const printed = first.output().replaceAll(/ +/g, ' ');
    expect(printed).toContain(`\n Reports API ${reports}\n`);
    expect(printed).toContain(`\n Database ${database}\n`);
    expect(first.output()).not.toContain('Not emulated');
    const invoked = await sls({
      folder,
      args: ['invoke', 'local', '-f', 'count'],
      env: { LOCAL_CLOUD_STATE: first.stateFolder },
    });
    expect(invoked.output).toContain('"visits": 2');

    const processes = descendants(first.pid);
    await first.kill9();
    await until(() => !processes.some(isRunning));

    const second = await startOffline({ folder, args });
    expect(await visits(second)).toBe(3);
    const left = descendants(second.pid);
    expect(await second.stop()).toBe(0);
    await until(() => !left.some(isRunning));
  });

  it('uses the server of DATABASE_URL, and leaves it running', async () => {
    const [port = 0] = await freePorts(1);
    const server = startDatabase({ user: 'me', name: 'mine', port, reset: false, say });
    await server.ready();
    const offline = await startOffline({ folder, env: { DATABASE_URL: server.url } });
    expect(offline.endpoints.database).toBe(server.url);
    expect(offline.output()).not.toContain(server.url);
    expect(await visits(offline)).toBe(1);
    await offline.stop();
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    expect((await client.query('select count(*)::int as visits from visits')).rows).toEqual([{ visits: 1 }]);
    await client.end();
    await server.end();
  });

  it.each([
    [
      'postgres://shop:x@db.example.com/shop',
      'DATABASE_URL: the address of a Postgres on loopback is expected.',
    ],
    ['mysql://127.0.0.1/shop', 'DATABASE_URL: the address of a Postgres on loopback is expected.'],
  ])('refuses to use %s', async (DATABASE_URL, refusal) => {
    const ports = await freePorts(4);
    const names = ['--httpPort', '--awsPort', '--issuerPort', '--reportsPort'];
    const args = ['offline', ...names.flatMap((name, index) => [name, String(ports[index])])];
    const { exitCode, output } = await sls({ folder, args, env: { DATABASE_URL } });
    expect(output).toBe(`Error: ${refusal}\n`);
    expect(exitCode).toBe(1);
  });

  it('is refused on one line when the port of the container is taken', async () => {
    const [port = 0, ...ports] = await freePorts(4);
    const server = createServer().listen(port, '127.0.0.1');
    const names = ['--httpPort', '--awsPort', '--issuerPort'];
    const args = ['offline', ...names.flatMap((name, index) => [name, String(ports[index])])];
    const { output } = await sls({ folder, args: [...args, '--reportsPort', String(port)] });
    server.close();
    expect(output).toBe(
      `Error: Port ${port} (the Reports API) is taken. Stop the program that uses it, or choose another port with --reportsPort.\n`,
    );
  });
});

describe('the database', () => {
  it('keeps the transactions of many connections apart, however large their queries are', async () => {
    const [port = 0] = await freePorts(1);
    const server = startDatabase({ user: 'me', name: 'mine', port, reset: false, say });
    await server.ready();
    const pool = new pg.Pool({ connectionString: server.url, max: 8 });
    await pool.query('create table counter as select 0 as value');
    const add = async (by: number) => {
      const client = await pool.connect();
      await client.query('begin');
      const { rows } = await client.query('select value from counter');
      await client.query('update counter set value = $1', [rows[0].value + 1]);
      await client.query(by % 4 === 0 ? 'rollback' : 'commit');
      client.release();
    };
    // Longer than what arrives of a connection at a time.
    const filling = 'x'.repeat(300_000);
    const ask = async (number: number) => {
      const { rows } = await pool.query(`select ${number} as written, $1::int as given, length($2) as long`, [
        number,
        filling,
      ]);
      return rows[0];
    };
    const numbers = Array.from({ length: 80 }, (_, number) => number);
    const [answers] = await Promise.all([
      Promise.all(numbers.map(ask)),
      Promise.all(numbers.map((number) => add(number))),
    ]);
    expect(answers).toEqual(numbers.map((number) => ({ written: number, given: number, long: 300_000 })));
    expect((await pool.query('select value from counter')).rows).toEqual([{ value: 60 }]);
    await pool.end();
    await server.end();
  });

  it('has what was committed after kill -9, and nothing after a reset', async () => {
    const [port = 0] = await freePorts(1);
    const start = (reset: boolean) =>
      startDatabase({ user: 'me', name: 'mine', port, folder: join(data, 'alone'), reset, say });
    const tables = async ({ url, ready }: Database) => {
      await ready();
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('create table if not exists visits (at timestamptz default now())');
      const { rows } = await client.query(
        'insert into visits default values returning (select count(*) from visits)',
      );
      await client.end();
      return rows;
    };
    const first = start(false);
    expect(await tables(first)).toEqual([{ count: '0' }]);
    first.process?.kill();
    await until(async () => (await tables(first).catch(() => []))[0]?.count === '1');
    await first.process?.stop(0);
    const second = start(true);
    expect(await tables(second)).toEqual([{ count: '0' }]);
    await second.end();
  });

  it('is made anew when it was not made to its end', async () => {
    const folder = join(data, 'broken');
    mkdirSync(join(folder, 'cluster'), { recursive: true });
    writeFileSync(join(folder, 'cluster', 'PG_VERSION'), '17');
    writeFileSync(join(folder, 'unfinished'), '');
    const [port = 0] = await freePorts(1);
    const server = startDatabase({ user: 'me', name: 'mine', port, folder, reset: false, say });
    await server.ready();
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
    await server.end();
    expect(existsSync(join(folder, 'unfinished'))).toBe(false);
  });

  it('is refused once when its folder cannot be used', async () => {
    const file = join(data, 'file');
    writeFileSync(file, '');
    const folder = join(file, 'postgres');
    const start = () => startDatabase({ user: 'me', name: 'mine', port: 1, folder, reset: false, say });
    expect(start).toThrow(`The data folder ${folder} cannot be used: `);
  });

  it('leaves nothing when it ends and no folder was given', async () => {
    const [port = 0] = await freePorts(1);
    const server = startDatabase({ user: 'me', name: 'mine', port, reset: false, say });
    await server.ready();
    const command = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(server.process?.pid)]);
    const [, folder = ''] = /"folder":"([^"]+)"/.exec(String(command.stdout)) ?? [];
    expect(readdirSync(folder)).toContain('cluster');
    await server.end();
    expect(existsSync(folder)).toBe(false);
  });

  it('goes on without a client that was killed in the midst of a transaction', async () => {
    const [port = 0] = await freePorts(1);
    const server = startDatabase({ user: 'me', name: 'mine', port, reset: false, say });
    await server.ready();
    const [gone, other] = [1, 2].map(() => new pg.Client({ connectionString: server.url }));
    gone?.on('error', say);
    await gone?.connect();
    await gone?.query('create table kept as select 1 as value');
    await gone?.query('begin');
    await gone?.query('update kept set value = 2');
    const connected = other?.connect();
    (
      gone as unknown as { connection: { stream: { resetAndDestroy(): void } } }
    ).connection.stream.resetAndDestroy();
    await connected;
    expect((await other?.query('select value from kept'))?.rows).toEqual([{ value: 1 }]);
    await other?.end();
    await server.end();
  });
});
