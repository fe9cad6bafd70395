import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuiltBundle, buildBundles } from '../tools/bundles/build.ts';

export const root = join(import.meta.dirname, '..');

export interface Bundle extends BuiltBundle {
  /** Of the zip that a deployment uploads. */
  readonly zipBytes: number;
  /** Of what gzip -9 makes of the bundle, to compare with figures from elsewhere. */
  readonly gzipBytes: number;
}

const require = createRequire(import.meta.url);
/** How serverless-esbuild makes its zips: with the fastest compression, which is not the best. */
const {
  zip,
}: {
  zip: (file: string, entries: ZipEntry[], native: boolean) => Promise<void>;
} = require('serverless-esbuild/dist/utils.js');
interface ZipEntry {
  readonly rootPath: string;
  readonly localPath: string;
}

/**
 * Bundles and zips each of `entries` (paths from the root of the repository) as a deployment would, or without what
 * trims packages: the bundles by their entries.
 */
export async function bundles(
  entries: readonly string[],
  { folder, untrimmed = false }: { folder: string; untrimmed?: boolean },
): Promise<ReadonlyMap<string, Bundle>> {
  const made = new Map<string, Bundle>();
  for (const built of await buildBundles(entries, { root, folder, untrimmed })) {
    const zipFile = `${built.file}.zip`;
    await zip(zipFile, [{ rootPath: built.file, localPath: built.entry }], false);
    made.set(built.entry, {
      ...built,
      zipBytes: statSync(zipFile).size,
      gzipBytes: gzipSync(readFileSync(built.file), { level: 9 }).length,
    });
  }
  return made;
}
