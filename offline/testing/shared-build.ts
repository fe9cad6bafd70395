import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const finished = join(SHARED_BUILDS, 'application-finished');
  while (!existsSync(finished)) {
    if (mkdirSync(folder, { recursive: true })) {
      try {
        await build(folder);
        writeFileSync(finished, '');
      } catch (error) {
        rmSync(folder, { recursive: true, force: true });
        throw error;
      }
    } else {
      await until(() => existsSync(finished) || !existsSync(folder), LONGEST_BUILD_MS);
    }
  }
  return folder;
}
