import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runningEndpoints, stateFolder } from '../../offline/endpoints.ts';
import { messageOf } from '../../offline/errors.ts';
import { lockFolder } from '../../offline/lock.ts';
import { assertPortsFree, USUAL_PORTS, type WantedPort, wantedPort } from '../../offline/ports.ts';
import { findEmulator } from '../../offline/services/dynamodb/emulator.ts';
import type { AccountFacts } from './deployment.ts';
import type { EmulatorFacts } from './emulator.ts';
import type { Machine } from './machine.ts';
import { listeners, type TakenPort } from './ports.ts';
import { type Process, processesOf } from './processes.ts';

/** Nothing is waited for longer, so that the whole takes three seconds at most. */
const PATIENCE_MS = 1_500;

/** What a program prints; nothing where it is missing or fails. */
async function printedBy(program: string, args: string[]): Promise<string> {
  const options = { timeout: PATIENCE_MS, maxBuffer: 2 ** 24 };
  return promisify(execFile)(program, args, options).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

/** All processes, as far as the system tells of them. */
export async function processes(): Promise<Process[]> {
  return processesOf(await printedBy('ps', ['-Ao', 'pid=,ppid=,args=']));
}

/** Where the parts of the local cloud listen unless they are told otherwise. */
export function usualPorts(): WantedPort[] {
  return (Object.keys(USUAL_PORTS) as (keyof typeof USUAL_PORTS)[]).map((option) => wantedPort(option));
}

/** Which of the ports are taken, and by which of the processes. */
export async function takenPorts(
  wanted: readonly WantedPort[],
  all: readonly Process[],
): Promise<TakenPort[]> {
  const taken: WantedPort[] = [];
  for (const port of wanted) await assertPortsFree([port]).catch(() => taken.push(port));
  if (taken.length === 0) return [];
  const pids = listeners(await printedBy('lsof', ['-nP', '-iTCP', '-sTCP:LISTEN', '-Fpn']));
  return taken.map((port) => ({ ...port, holder: all.find(({ pid }) => pid === pids.get(port.port)) }));
}

/** The address of the local cloud that was started in this repository, when it runs. */
export async function runningCloud(root: string): Promise<string | undefined> {
  return runningEndpoints(stateFolder(root)).then(
    ({ http, aws }) => http ?? aws,
    () => undefined,
  );
}

/** What speaks against keeping state in a folder; it is not made for that. */
export function dataFolderProblem(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  try {
    lockFolder(folder)();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What is left of the machine for the repository at `root`. */
export function machine(root: string): Machine {
  const { bavail, bsize } = statfsSync(root);
  const folders = [
    { name: 'the folder for temporary files', path: tmpdir() },
    ...['.', '.offline', 'node_modules/.cache'].map((name) => ({ name, path: join(root, name) })),
  ];
  return {
    // macOS counts as free only what nothing was ever kept in.
    memory: process.platform === 'darwin' ? totalmem() : process.availableMemory(),
    disk: bavail * bsize,
    folders: folders
      .filter(({ path }) => existsSync(path))
      .map(({ name, path }) => ({ name, isWritable: isWritable(path) })),
  };
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Looks for DynamoDB as the local cloud does, and whether it runs. */
export async function emulator(): Promise<EmulatorFacts> {
  try {
    const source = findEmulator({ platform: process.platform, arch: process.arch, env: process.env });
    if ('program' in source) {
      return { version: (await printedBy(source.program, ['--version'])).trim() || undefined };
    }
    const answers = await fetch(source.endpoint, { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      () => true,
      () => false,
    );
    return { endpoint: source.endpoint, answers };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

export interface AccountQuestion {
  readonly region: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of STS, where it is not that of AWS. */
  readonly endpoint?: string;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  readonly patienceMs?: number;
}

/** Asks AWS what time it is, and whose the credentials are. */
export async function account({
  region,
  env,
  endpoint,
  now,
  patienceMs = PATIENCE_MS,
}: AccountQuestion): Promise<AccountFacts> {
  const facts = {
    region,
    regionOfEnvironment: env.AWS_REGION ?? env.AWS_DEFAULT_REGION,
    endpointOfEnvironment: env.AWS_ENDPOINT_URL,
  };
  if (facts.endpointOfEnvironment !== undefined) return { ...facts, answer: { unreachable: 'not asked' } };
  return { ...facts, answer: await whoAmI(region, endpoint, now, patienceMs) };
}

async function whoAmI(
  region: string,
  endpoint: string | undefined,
  now: () => number,
  patienceMs: number,
): Promise<AccountFacts['answer']> {
  const [{ GetCallerIdentityCommand, STSClient }, { default: framework }] = await Promise.all([
    import('@aws-sdk/client-sts'),
    import('serverless/lib/aws/config.js'),
  ]);
  const client = new STSClient(
    framework.buildClientConfig({ region, maxAttempts: 1, ...(endpoint !== undefined && { endpoint }) }),
  );
  let aheadSeconds: number | undefined;
  // Next to the wire: an answer that refuses tells the time as well.
  client.middlewareStack.add(
    (next) => async (args) => {
      const answered = await next(args);
      const { headers } = answered.response as { readonly headers: Readonly<Record<string, string>> };
      // A proxy that refuses may not say what time it is.
      if (headers.date) aheadSeconds = (now() - Date.parse(headers.date)) / 1_000;
      return answered;
    },
    { step: 'deserialize', priority: 'low' },
  );
  const overdue = Promise.withResolvers<never>();
  // A program that gives credentials may hang, and heeds no signal.
  const timer = setTimeout(() => overdue.reject(new Error('it takes too long')), patienceMs);
  const inTime = <T>(promise: Promise<T>) => Promise.race([promise, overdue.promise]);
  try {
    await inTime(client.config.credentials());
  } catch (error) {
    clearTimeout(timer);
    return { aheadSeconds, identity: { problem: messageOf(error) } };
  }
  try {
    const { Account = '', Arn = '' } = await inTime(client.send(new GetCallerIdentityCommand({})));
    return { aheadSeconds, identity: { account: Account, arn: Arn } };
  } catch (error) {
    if (aheadSeconds !== undefined) return { aheadSeconds, identity: { problem: messageOf(error) } };
    return { unreachable: (error as { readonly code?: string }).code ?? messageOf(error) };
  } finally {
    clearTimeout(timer);
    client.destroy();
  }
}
