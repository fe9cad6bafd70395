import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Prints what the bundles and the images are made of, as CycloneDX: the production packages of the lock file. npm lists
 * them for a project without development dependencies: told to omit those, it omits what both kinds need as well.
 */

const ROOT = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'shop-sbom-'));
const npm = (...args: string[]) =>
  execFileSync('npm', [...args, '--package-lock-only', '--loglevel=error'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
try {
  const { devDependencies, optionalDependencies, overrides, ...production } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify(production));
  copyFileSync(join(ROOT, 'package-lock.json'), join(folder, 'package-lock.json'));
  npm('install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund');
  process.stdout.write(npm('sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'));
} finally {
  rmSync(folder, { recursive: true });
}
