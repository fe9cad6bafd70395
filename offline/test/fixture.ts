import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of a fixture application that a test may change, with this plugin in it. */
export function fixtureApplication(name = 'fixture'): { folder: string; remove(): void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fixture-')));
  cpSync(join(ROOT, 'offline/test', name), folder, { recursive: true });
  for (const name of ['node_modules', 'offline']) symlinkSync(join(ROOT, name), join(folder, name));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
