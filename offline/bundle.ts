import type { BuildContext } from 'esbuild';
import { esbuildPluginOf, optionsOfOneRun } from '../shared/serverless/bundle-together.cjs';
import { fail, messageOf } from './errors.ts';

/**
 * Makes serverless-esbuild build all functions in one run, with what they share in common files, and again what an
 * edit changes.
 *
 * Returns what lets go of the build. An exit without it may leave esbuild waiting for its parent's answer, which
 * it takes for a deadlock and prints with its stack.
 */
export function bundleIncrementally(plugins: readonly object[]): () => Promise<void> {
  const plugin = esbuildPluginOf(plugins);
  if (!plugin) return () => Promise.resolve();
  let context: BuildContext | undefined;
  plugin.bundle = async () => {
    const isFirst = context === undefined;
    try {
      plugin.prepare();
      if (!context) {
        const esbuild = await import('esbuild');
        context = await esbuild.context({ ...optionsOfOneRun(plugin), splitting: true });
      }
      await context.rebuild();
    } catch (error) {
      if (isFirst) fail(messageOf(error));
      throw error;
    }
  };
  return async () => {
    await context?.dispose();
  };
}
