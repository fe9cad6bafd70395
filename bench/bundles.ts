import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';

export const root = join(import.meta.dirname, '..');

export interface Bundle {
  readonly file: string;
  readonly bytes: number;
  /** Of the zip that a deployment uploads. */
  readonly zipBytes: number;
  /** Of what gzip -9 makes of the bundle, to compare with figures from elsewhere. */
  readonly gzipBytes: number;
}

/** Options that serverless-esbuild keeps for itself. */
const OF_THE_PLUGIN = [
  'concurrency',
  'disposeContext',
  'exclude',
  'installExtraArgs',
  'keepOutputDirectory',
  'nativeZip',
  'outputBuildFolder',
  'outputFileExtension',
  'outputWorkFolder',
  'packagePath',
  'packager',
  'packagerOptions',
  'skipBuild',
  'skipBuildExcludeFns',
  'skipRebuild',
  'stripEntryResolveExtensions',
  'watch',
  'zipConcurrency',
];
/** What cuts unused parts out of the AWS SDK; a bundle without it is what any project gets. */
const TRIMMING = ['alias', 'plugins'];

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

/** What `sls package` bundles and zips with. */
const options: BuildOptions & { readonly nativeZip?: boolean } = require('../shared/serverless/esbuild.cjs')({
  processedInput: { commands: ['package'], options: {} },
});

/**
 * Bundles `entry` (a path from the root of the repository) as a deployment would, or with the same options but
 * without what trims the AWS SDK.
 */
export async function bundle(
  entry: string,
  { folder, name, trimmed = true }: { folder: string; name: string; trimmed?: boolean },
): Promise<Bundle> {
  const left = [...OF_THE_PLUGIN, ...(trimmed ? [] : TRIMMING)];
  const file = join(folder, `${name}.mjs`);
  await build({
    ...Object.fromEntries(Object.entries(options).filter(([key]) => !left.includes(key))),
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    logLevel: 'error',
  });
  const zipFile = join(folder, `${name}.zip`);
  await zip(zipFile, [{ rootPath: file, localPath: entry }], options.nativeZip ?? false);
  return {
    file,
    bytes: statSync(file).size,
    zipBytes: statSync(zipFile).size,
    gzipBytes: gzipSync(readFileSync(file), { level: 9 }).length,
  };
}
