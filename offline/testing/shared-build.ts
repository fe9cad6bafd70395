import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
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
  const built = join(SHARED_BUILDS, 'application');
  const unfinished = `${built}-unfinished`;
  while (!existsSync(built)) {
    if (mkdirSync(unfinished, { recursive: true })) {
      try {
        await build(unfinished);
        renameSync(unfinished, built);
      } finally {
        rmSync(unfinished, { recursive: true, force: true });
      }
    } else {
      await until(() => !existsSync(unfinished), LONGEST_BUILD_MS);
    }
  }
  return built;
}
