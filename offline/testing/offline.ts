import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { COMPILE_CACHE } from '../compile-cache.ts';
import type { Endpoints } from '../endpoints.ts';
import { issuedToken } from '../issued-token.ts';
import { freePorts } from '../ports.ts';
import type { TokenRequest } from '../services/identity/index.ts';
import { firstInRun, sharedOfflineBuild } from './shared-build.ts';

const FRAMEWORK = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
const ROOT = join(import.meta.dirname, '../..');
const START = join(ROOT, 'offline/start.ts');

export interface OfflineProcess {
  readonly endpoints: Endpoints;
  /** Where `endpoints.json` is: the value of LOCAL_CLOUD_STATE. */
  readonly stateFolder: string;
  readonly pid: number;
  /** Everything printed so far. */
  output(): string;
  /** An access token of the local issuer. */
  token(request?: TokenRequest): Promise<string>;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<number | null>;
  /** Ends the process with no chance to clean up. */
  kill9(): Promise<void>;
}

/** How a command of the framework ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
}

export interface OfflineOptions {
  readonly folder: string;
  readonly args?: string[];
  readonly env?: NodeJS.ProcessEnv;
  /** As `npm start` does. */
  readonly byNpm?: boolean;
  /**
   * Below the folder, with what an earlier start has built, and kept. By default one of its own, or for the application
   * the one of the run of Jest.
   */
  readonly build?: string;
}

/** Starts `sls offline` in the folder on free ports, and resolves once it is ready. */
export async function startOffline(options: OfflineOptions): Promise<OfflineProcess> {
  const build = relative(ROOT, options.folder) === '' ? sharedOfflineBuild() : undefined;
  if (!build || options.build !== undefined) return start(options);
  const startShared = () => start({ ...options, build });
  return (await firstInRun('offline', startShared)) ?? startShared();
}

async function start(options: OfflineOptions): Promise<OfflineProcess> {
  const [http, websocket, aws, issuer, lambda, reports] = await freePorts(6);
  const stateFolder = mkdtempSync(join(tmpdir(), 'offline-state-'));
  const ports = {
    httpPort: http,
    websocketPort: websocket,
    awsPort: aws,
    issuerPort: issuer,
    lambdaPort: lambda,
    reportsPort: reports,
  };
  const portArgs = Object.entries(ports).flatMap(([name, port]) => [`--${name}`, String(port)]);
  // What is given last wins, so that a test may choose a port.
  const program = options.byNpm ? [START] : [FRAMEWORK, 'offline'];
  const command = [...program, ...portArgs, ...(options.args ?? [])];
  const buildFolder = options.build ?? join('.offline', basename(stateFolder));
  const removeFolders = () => {
    const built = options.build === undefined ? [join(options.folder, buildFolder)] : [];
    for (const folder of [stateFolder, ...built]) rmSync(folder, { recursive: true, force: true });
  };
  const started = launch(options.folder, command, {
    ...options.env,
    LOCAL_CLOUD_STATE: stateFolder,
    LOCAL_CLOUD_BUILD: buildFolder,
  });
  const file = join(stateFolder, 'endpoints.json');
  while (!existsSync(file)) {
    if (started.child.exitCode !== null || started.child.signalCode !== null) {
      await started.closed;
      removeFolders();
      throw new Error(`sls offline ended: ${started.output()}`);
    }
    await delay(20);
  }
  const { child, output, closed } = started;
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await closed;
    removeFolders();
    return child.exitCode;
  };
  const endpoints = JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
  const offline: OfflineProcess = {
    endpoints,
    stateFolder,
    pid: child.pid ?? 0,
    output,
    token: (request = {}) => issuedToken(endpoints.issuer, request),
    stop: () => kill('SIGTERM'),
    async kill9() {
      await kill('SIGKILL');
    },
  };
  return offline;
}

/** Runs a command of the framework to its end. */
export async function sls(options: {
  folder: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
}): Promise<Ended> {
  // serverless-esbuild leaves the code of each function among the temporary files.
  // https://github.com/floydspace/serverless-esbuild/pull/589
  const temporary = mkdtempSync(join(tmpdir(), 'sls-'));
  try {
    const env = { ...options.env, TMPDIR: temporary };
    const { child, output, closed } = launch(options.folder, [FRAMEWORK, ...options.args], env);
    await closed;
    return { exitCode: child.exitCode, output: output() };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function launch(cwd: string, command: string[], env: NodeJS.ProcessEnv = {}) {
  const child: ChildProcess = spawn(process.execPath, command, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The test runner's own flags are not for the framework.
    env: { ...process.env, NODE_OPTIONS: '', NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
  });
  let printed = '';
  child.stdout?.on('data', (chunk) => (printed += chunk));
  child.stderr?.on('data', (chunk) => (printed += chunk));
  // Not before everything printed has arrived.
  const closed = once(child, 'close');
  return { child, closed, output: () => printed };
}
