import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { until } from '../test/processes.ts';

/** Seconds when the machine is idle. */
const LONGEST_BUILD_MS = 120_000;

/** Jest's `globalSetup`: a folder for what the test files of one run share. */
export default function setUp(): void {
  process.env.SHARED_BUILDS = mkdtempSync(join(tmpdir(), 'shop-builds-'));
}

/** Has functions compile their code once in a run, and not at each of their hundreds of starts. */
export function sharedCompileCache(): Record<string, string> {
  const { SHARED_BUILDS } = process.env;
  return SHARED_BUILDS ? { NODE_COMPILE_CACHE: join(SHARED_BUILDS, 'compiled') } : {};
}

/**
 * The application's functions as the first test file that needs them has them built; others wait for that. `undefined`
 * outside of Jest.
 */
export async function sharedBuild(build: (folder: string) => Promise<void>): Promise<string | undefined> {
  const { SHARED_BUILDS } = process.env;
  if (!SHARED_BUILDS) return undefined;
  const folder = join(SHARED_BUILDS, 'application');
  await firstInRun('application', () => build(folder));
  return folder;
}

/** Below the repository: where the starts of the application in one run of Jest have its functions; `undefined` outside. */
export function sharedOfflineBuild(): string | undefined {
  const { SHARED_BUILDS } = process.env;
  return SHARED_BUILDS && join('.offline', basename(SHARED_BUILDS));
}

/**
 * Calls the function in the first test file of a run that comes here, and answers its result; others wait for that and
 * answer `undefined`. When it fails, the next one calls it.
 */
export async function firstInRun<Result>(
  name: string,
  call: () => Promise<Result>,
): Promise<Result | undefined> {
  const folder = join(process.env.SHARED_BUILDS ?? '', name);
  const finished = `${folder}-finished`;
  while (!existsSync(finished)) {
    if (mkdirSync(folder, { recursive: true })) {
      try {
        const result = await call();
        writeFileSync(finished, '');
        return result;
      } catch (error) {
        rmSync(folder, { recursive: true, force: true });
        throw error;
      }
    }
    await until(() => existsSync(finished) || !existsSync(folder), LONGEST_BUILD_MS);
  }
  return undefined;
}
