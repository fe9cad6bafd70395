import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalCloudError } from '../../errors.ts';
import { KeptProcess } from '../../kept-process.ts';
import { LETTING_GO_MS, lockFolder } from '../../lock.ts';
import { LOOPBACK, untilOpen } from '../../ports.ts';
import type { DatabaseSettings } from './program.ts';

/** The Postgres of the application. */
export interface Database {
  /** `postgres://user:password@host:port/name` */
  readonly url: string;
  /** None when the server is somebody else's. */
  readonly process: KeptProcess | undefined;
  /** Resolves when it takes connections, or has been stopped. */
  ready(): Promise<void>;
  /** Ends it for good, and all that it has when that is kept nowhere. */
  end(): Promise<void>;
}

/** What stands for every secret on this machine. */
export const LOCAL_PASSWORD = 'local';

export interface DatabaseOptions extends Pick<DatabaseSettings, 'port' | 'reset'> {
  /** Where everything is kept; none means until the end. */
  readonly folder?: string | undefined;
  readonly user: string;
  readonly name: string;
  /** Prints a line for people. */
  readonly say: (line: string) => void;
}

/**
 * Starts a Postgres of its own in a child process, and starts it again whenever that ends.
 *
 * @throws LocalCloudError when the folder cannot be used
 */
export function startDatabase({ user, name, say, reset, port, ...given }: DatabaseOptions): Database {
  // On disk even so: a database that is stopped, or dies, keeps what it has.
  const folder = given.folder ?? mkdtempSync(join(tmpdir(), 'local-cloud-'));
  // One that cannot be used is refused here, once, and not by each process that is started for it.
  lockFolder(folder, LETTING_GO_MS)();
  const settings: DatabaseSettings = { port, folder, isTemporary: given.folder === undefined, reset };
  let isNew = true;
  const database = new KeptProcess({
    name: 'The database',
    say,
    environment: async () => ({ PATH: process.env.PATH ?? '', TZ: 'UTC' }),
    spawn(env) {
      const program = new URL('./program.ts', import.meta.url);
      const child = fork(program, [JSON.stringify({ ...settings, reset: reset && isNew })], {
        // A process group of its own: ctrl-C in the terminal reaches this process alone.
        detached: true,
        env,
        execArgv: [],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      child.once('message', () => {
        isNew = false;
      });
      child.unref();
      child.channel?.unref();
      return child;
    },
  });
  database.start();
  const forget = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  if (settings.isTemporary) process.once('exit', forget);
  const account = `${encodeURIComponent(user)}:${LOCAL_PASSWORD}`;
  return {
    url: `postgres://${account}@${LOOPBACK}:${port}/${encodeURIComponent(name)}`,
    process: database,
    ready: () => untilOpen(port, () => database.isWanted),
    async end() {
      await database.stop(0);
      process.off('exit', forget);
      if (settings.isTemporary) forget();
    },
  };
}

/**
 * The server of DATABASE_URL. Its tables are made and changed: only one that runs on this machine is taken.
 *
 * @throws LocalCloudError
 */
export function givenDatabase(url: string): Database {
  const { protocol = '', hostname = '' } = URL.parse(url) ?? {};
  if (!/^postgres(ql)?:$/.test(protocol) || !['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    throw new LocalCloudError('DATABASE_URL: the address of a Postgres on loopback is expected.');
  }
  const nothing = () => Promise.resolve();
  return { url, process: undefined, ready: nothing, end: nothing };
}
