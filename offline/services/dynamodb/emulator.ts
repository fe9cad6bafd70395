import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { LocalCloudError } from '../../errors.ts';
import { isExecutable } from '../../files.ts';
import { freePorts, LOOPBACK } from '../../ports.ts';

export interface Emulator {
  readonly endpoint: string;
  stop(): void;
}

/** Where DynamoDB is to be had: a program to start, or an endpoint that someone else runs. */
export type EmulatorSource = { readonly program: string } | { readonly endpoint: string };

export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @throws LocalCloudError that says what to install */
export function findEmulator({ platform, arch, env }: Machine): EmulatorSource {
  const file = platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  const platformPackage = `@dynoxide/${platform}-${arch}`;
  const folders = [folderOf(platformPackage), ...(env.PATH ?? '').split(delimiter)].filter(Boolean);
  const program = folders.map((folder) => join(folder, file)).find(isExecutable);
  if (program) return { program };
  if (env.DYNAMODB_ENDPOINT) return { endpoint: loopback(env.DYNAMODB_ENDPOINT) };
  throw new LocalCloudError(
    `No DynamoDB emulator was found. Run "npm install --no-save ${platformPackage}", or put dynoxide ` +
      '(https://github.com/nubo-db/dynoxide) on the PATH, or name a running one in DYNAMODB_ENDPOINT.',
  );
}

/** Tables may be dropped there and anybody's items read: only what runs on this machine is taken. */
function loopback(endpoint: string): string {
  const url = URL.parse(endpoint);
  if (url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
    return url.origin;
  throw new LocalCloudError(`DYNAMODB_ENDPOINT is "${endpoint}"; an http address on loopback is expected.`);
}

function folderOf(platformPackage: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${platformPackage}/package.json`));
  } catch {
    return '';
  }
}

/**
 * Runs the program and waits on its own standard input, which ends when the process that started it ends, even
 * by kill -9. Then the program is killed, and the temporary folder, if there is one, goes with it.
 */
const SUPERVISOR = `
exec 3<&0
"$@" 3<&- </dev/null &
program=$!
{ read -r _ <&3; kill -9 $program; [ -z "$TEMPORARY_FOLDER" ] || rm -rf "$TEMPORARY_FOLDER"; } 2>/dev/null &
watcher=$!
wait $program
kill $watcher 2>/dev/null
`;

/**
 * Starts dynoxide on a free port with its data in the given file.
 *
 * `onEnd` is called when it ends without being asked to.
 */
export async function startEmulator(options: {
  program: string;
  databaseFile: string;
  temporaryFolder: string | undefined;
  onEnd: (problem: string) => void;
}): Promise<Emulator> {
  for (let attempt = 1; ; attempt += 1) {
    const [port = 0] = await freePorts(1);
    const child = run(options.program, port, options.databaseFile, options.temporaryFolder);
    const problem = await ready(child);
    if (problem === undefined) {
      return supervised(child, `http://${LOOPBACK}:${port}`, options);
    }
    // Another program may have taken the port since it was found free.
    if (attempt === 3) throw new LocalCloudError(`The DynamoDB emulator does not start: ${problem}`);
  }
}

function run(program: string, port: number, file: string, temporaryFolder: string | undefined): ChildProcess {
  const command = [program, '--host', LOOPBACK, '--port', String(port), '--db-path', file];
  const stdio: StdioOptions = ['pipe', 'ignore', 'pipe'];
  if (process.platform === 'win32') return spawn(program, command.slice(1), { stdio });
  return spawn('/bin/sh', ['-c', SUPERVISOR, 'dynamodb-supervisor', ...command], {
    // A process group of its own: ctrl-C in the terminal reaches this process alone, which ends the group.
    detached: true,
    stdio,
    env: { PATH: process.env.PATH, TEMPORARY_FOLDER: temporaryFolder },
  });
}

const READY_WITHIN_MS = 10_000;

/** Waits until the emulator says that it listens; what it said instead, when it ended. */
async function ready(child: ChildProcess): Promise<string | undefined> {
  let said = '';
  const overdue = setTimeout(() => kill(child), READY_WITHIN_MS);
  const { stderr } = child;
  for await (const chunk of stderr?.iterator({ destroyOnReturn: false }) ?? []) {
    said += chunk;
    if (said.includes('listening on')) {
      clearTimeout(overdue);
      stderr?.resume();
      return undefined;
    }
  }
  clearTimeout(overdue);
  return said.trim() || `it said nothing and did not listen within ${READY_WITHIN_MS / 1_000} s`;
}

function supervised(
  child: ChildProcess,
  endpoint: string,
  { temporaryFolder, onEnd }: { temporaryFolder: string | undefined; onEnd: (problem: string) => void },
): Emulator {
  const unexpected = () => onEnd('The DynamoDB emulator has ended.');
  child.once('exit', unexpected);
  child.unref();
  for (const stream of [child.stdin, child.stderr]) {
    if (stream && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
  const stop = () => {
    process.off('exit', stop);
    child.off('exit', unexpected);
    kill(child);
    if (temporaryFolder) rmSync(temporaryFolder, { recursive: true, force: true });
  };
  process.once('exit', stop);
  return { endpoint, stop };
}

/** The whole group at once, without asking first: dynoxide may hang on SIGTERM, and its data is safe. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
