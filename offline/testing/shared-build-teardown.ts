import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sharedOfflineBuild } from './shared-build.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Jest's `globalTeardown`. */
export default function tearDown(): void {
  const build = sharedOfflineBuild();
  if (build) rmSync(join(ROOT, build), { recursive: true, force: true });
  rmSync(process.env.SHARED_BUILDS ?? '', { recursive: true, force: true });
}
