import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BuildContext } from 'esbuild';
import { esbuildPluginOf, optionsOfOneRun } from '../shared/serverless/bundle-together.cjs';
import { BuildRecord, digestOfSettings } from './build-record.ts';
import { fail, messageOf } from './errors.ts';

/** Ctrl-C in a terminal reaches esbuild too, whose end may be heard of before the signal. */
const SIGNAL_MS = 250;

/**
 * Builds, in one run and with what they share in common files, those functions whose bundles are not what their files
 * would make now: after an edit, and at a start, which so takes what an earlier one has built. serverless-esbuild waits
 * for it. See docs/decisions/0033-bundles-are-kept.md.
 *
 * Returns what lets go of the build. An exit without it may leave esbuild waiting for its parent's answer, which
 * it takes for a deadlock and prints with its stack.
 */
export function bundleIncrementally(plugins: readonly object[]): () => Promise<void> {
  const plugin = esbuildPluginOf(plugins);
  if (!plugin) return () => Promise.resolve();
  const { serviceDirPath, buildDirPath } = plugin;
  plugin.prepare();
  const options = {
    ...optionsOfOneRun(plugin),
    splitting: true,
    // Node finds the sources by their names.
    sourcesContent: false,
    metafile: true,
  } as const;
  const entryPoints = [...new Set(plugin.functionEntries.map(({ entry }) => entry))];
  const settings = digestOfSettings(filesThatDecide(serviceDirPath), [process.version, options]);
  const record = new BuildRecord(serviceDirPath, join(dirname(buildDirPath), 'record.json'), settings);
  record.prune(buildDirPath);
  let context: BuildContext<{ metafile: true }> | undefined;
  let isReleased = false;
  const build = async () => {
    const outdated = record.outdated(entryPoints);
    if (outdated.length === 0) return;
    record.begin(outdated);
    const esbuild = await import('esbuild');
    context = await esbuild.context({ ...options, entryPoints: outdated });
    try {
      record.end((await context.rebuild()).metafile);
    } finally {
      await context.dispose();
    }
  };
  const givenUp = async (error: unknown) => {
    if (!isToldOf(error)) await delay(SIGNAL_MS);
    // The process is about to end; who waits is not to go on without the functions.
    if (isReleased) return new Promise<void>(() => {});
    return fail(isToldOf(error) ? 'The functions cannot be built.' : messageOf(error));
  };
  // The framework has half a second of work before it asks for it.
  let last = build().catch(givenUp);
  let isAskedFor = false;
  plugin.bundle = () => {
    // One after the other: edits may follow each other sooner than a build ends.
    if (isAskedFor) last = last.then(build, build);
    isAskedFor = true;
    return last;
  };
  return async () => {
    isReleased = true;
    await context?.dispose();
  };
}

/** esbuild prints what it finds in the sources, with the lines. */
const isToldOf = (error: unknown) => error instanceof Error && 'errors' in error;

/** What a build reads or obeys without a word of it in its metafile. */
function filesThatDecide(serviceDir: string): string[] {
  const plugins = join(import.meta.dirname, '../shared/serverless');
  return [
    ...['package.json', 'tsconfig.json'].map((name) => join(serviceDir, name)),
    // What is installed, which the lock file at the root only promises.
    join(serviceDir, 'node_modules/.package-lock.json'),
    ...readdirSync(plugins)
      .filter((name) => name.endsWith('.cjs'))
      .map((name) => join(plugins, name)),
  ];
}
