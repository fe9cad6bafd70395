import type { BuildContext } from 'esbuild';
import { esbuildPluginOf, optionsOfOneRun } from '../shared/serverless/bundle-together.cjs';
import { fail, messageOf } from './errors.ts';

/**
 * Builds all functions in one run, with what they share in common files, and makes serverless-esbuild wait for that, and
 * build again what an edit changes.
 *
 * Returns what lets go of the build. An exit without it may leave esbuild waiting for its parent's answer, which
 * it takes for a deadlock and prints with its stack.
 */
export function bundleIncrementally(plugins: readonly object[]): () => Promise<void> {
  const plugin = esbuildPluginOf(plugins);
  if (!plugin) return () => Promise.resolve();
  let context: BuildContext | undefined;
  const build = async () => {
    plugin.prepare();
    if (!context) {
      const esbuild = await import('esbuild');
      context = await esbuild.context({ ...optionsOfOneRun(plugin), splitting: true });
    }
    await context.rebuild();
  };
  // The framework has half a second of work before it asks for it.
  let first: Promise<void> | undefined = build().catch((error: unknown) => fail(messageOf(error)));
  plugin.bundle = async () => {
    const begun = first;
    first = undefined;
    await (begun ?? build());
  };
  return async () => {
    await context?.dispose();
  };
}
