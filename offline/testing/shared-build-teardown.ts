import { rmSync } from 'node:fs';

/** Jest's `globalTeardown`. */
export default function tearDown(): void {
  rmSync(process.env.SHARED_BUILDS ?? '', { recursive: true, force: true });
}
