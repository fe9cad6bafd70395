import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const NOT_COPIED = new Set([
  '.git',
  '.serverless',
  '.esbuild',
  '.build',
  '.offline',
  'coverage',
  'node_modules',
]);

const made: string[] = [];

/** A folder that holds the given files, by path and content. */
export function repositoryOf(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  addFiles(root, files);
  return root;
}

/** A copy of this repository, without what is built, that uses the packages installed here. */
export function copyOfRepository(): string {
  const root = temporaryFolder();
  cpSync(ROOT, root, { recursive: true, filter: (path) => !NOT_COPIED.has(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

/**
 * A copy in which every handler is empty, for templates: code is no part of a template, and bundling it takes most of the
 * time of `sls package`.
 */
export function copyWithoutCode(): string {
  const root = copyOfRepository();
  const handlers = globSync('services/*/src/handlers/*.ts', { cwd: root });
  // The framework packages no layer without a file, and no handler is left to have one built.
  const layers = globSync('layers/*', { cwd: root });
  addFiles(root, {
    ...Object.fromEntries(handlers.map((path) => [path, 'export const handler = async () => undefined;\n'])),
    ...Object.fromEntries(layers.map((path) => [join(path, '.build/empty'), ''])),
  });
  return root;
}

export function addFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** Removes every folder made here; for `afterAll`. */
export function removeRepositories(): void {
  for (const root of made.splice(0)) rmSync(root, { recursive: true, force: true });
}

function temporaryFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'shop-'));
  made.push(root);
  return root;
}
