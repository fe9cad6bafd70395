import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LOOPBACK } from '../../offline/ports.ts';

export const REGION = 'eu-west-1';
/** The account's root user. With AUTH=true the emulator verifies its signatures as it does those of every role. */
export const CREDENTIALS = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } as const;

const READY_MILLISECONDS = 60_000;
const END_MILLISECONDS = 5_000;

export interface EmulatorPlace {
  /** The server that runs it. */
  readonly program: string;
  /** Where it listens. */
  readonly port: number;
  /** Where everybody reaches it, by what stands before it: URLs of queues have this port. */
  readonly publicPort: number;
  /** Where the log, the unpacked functions and everything else of this run lie. */
  readonly folder: string;
  /** Folders of programs; the first has Node 24, which runs the functions. */
  readonly path: string;
}

export interface Emulator {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the emulator and waits until it answers. It checks signatures, IAM policies and tokens, keeps everything in
 * memory and listens on loopback alone. Nothing of this process's environment reaches it or the functions that it runs.
 */
export async function startEmulator(place: EmulatorPlace, signal: AbortSignal): Promise<Emulator> {
  const { program, port, publicPort, folder, path } = place;
  const temporary = join(folder, 'functions');
  mkdirSync(temporary, { recursive: true });
  const output = openSync(join(folder, 'emulator.log'), 'a');
  const child = spawn(program, ['ministack.app:app', '--bind', `${LOOPBACK}:${port}`, '--keep-alive', '75'], {
    // Its own process group: ctrl-C reaches only us, and we end it with all functions.
    detached: true,
    stdio: ['ignore', output, output],
    cwd: folder,
    env: {
      PATH: path,
      HOME: folder,
      TMPDIR: temporary,
      MINISTACK_HOST: LOOPBACK,
      GATEWAY_PORT: String(publicPort),
      MINISTACK_REGION: REGION,
      AWS_ENDPOINT_URL: `http://${LOOPBACK}:${publicPort}`,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AUTH: 'true',
      IOT_MTLS_ENABLED: '0',
      SFN_WAIT_SCALE: '0.01',
      LOG_LEVEL: 'INFO',
    },
  });
  closeSync(output);
  const url = `http://${LOOPBACK}:${port}`;
  try {
    await untilReady(child, url, signal);
  } catch (error) {
    await end(child);
    throw error;
  }
  return { url, stop: () => end(child) };
}

async function untilReady(child: ChildProcess, url: string, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + READY_MILLISECONDS; Date.now() < deadline; await delay(100)) {
    signal.throwIfAborted();
    if (child.pid === undefined || child.exitCode !== null) break;
    const answer = await fetch(`${url}/_ministack/health`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error('The emulator did not start; its log says why.');
}

/** Ends the emulator with the functions that it runs. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  signalGroup(child.pid, 'SIGTERM');
  await Promise.race([ended, delay(END_MILLISECONDS, undefined, { ref: false })]);
  signalGroup(child.pid, 'SIGKILL');
  await ended;
}

function signalGroup(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch (error) {
    // Nobody of the group is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
