import type { BuildContext, BuildOptions } from 'esbuild';
import { fail, messageOf } from './errors.ts';

/** What is used of serverless-esbuild, which builds, watches and calls for a reload. */
interface EsbuildPlugin {
  bundle: () => Promise<void>;
  prepare(): void;
  readonly serviceDirPath: string;
  readonly buildDirPath: string;
  readonly buildOptions: Record<string, unknown> & {
    readonly outputFileExtension: string;
    readonly exclude: string[];
  };
  readonly plugins: NonNullable<BuildOptions['plugins']>;
  readonly functionEntries: readonly { readonly entry: string }[];
}

/** Settings of serverless-esbuild itself, which esbuild would refuse. */
const OWN_SETTINGS = new Set([
  ...['concurrency', 'zipConcurrency', 'exclude', 'nativeZip', 'packager', 'packagePath', 'watch'],
  ...[
    'keepOutputDirectory',
    'packagerOptions',
    'installExtraArgs',
    'outputFileExtension',
    'outputBuildFolder',
  ],
  ...['outputWorkFolder', 'nodeExternals', 'skipBuild', 'skipRebuild', 'skipBuildExcludeFns'],
  ...['stripEntryResolveExtensions', 'disposeContext'],
]);

/**
 * Makes serverless-esbuild build all functions in one run with what they share in common files. It would bundle
 * them one by one, and read the same libraries for each: a third of a second more for every function.
 *
 * Returns what lets go of the build. An exit without it may leave esbuild waiting for its parent's answer, which
 * it takes for a deadlock and prints with its stack.
 */
export function bundleTogether(plugins: readonly object[]): () => Promise<void> {
  const plugin = plugins.find((candidate) => candidate.constructor.name === 'EsbuildServerlessPlugin') as
    | EsbuildPlugin
    | undefined;
  if (!plugin) return () => Promise.resolve();
  let context: BuildContext | undefined;
  plugin.bundle = async () => {
    const isFirst = context === undefined;
    try {
      plugin.prepare();
      context ??= await contextFor(plugin);
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

/** Of what serverless-esbuild is told, what is for esbuild itself. */
export function withoutOwnSettings(settings: Readonly<Record<string, unknown>>): BuildOptions {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !OWN_SETTINGS.has(name)));
}

async function contextFor(plugin: EsbuildPlugin): Promise<BuildContext> {
  const { context } = await import('esbuild');
  const { buildOptions } = plugin;
  const options = withoutOwnSettings(buildOptions);
  return context({
    ...options,
    absWorkingDir: plugin.serviceDirPath,
    entryPoints: [...new Set(plugin.functionEntries.map(({ entry }) => entry))],
    outdir: plugin.buildDirPath,
    outbase: '.',
    outExtension: { '.js': buildOptions.outputFileExtension },
    external: [...(options.external ?? []), ...buildOptions.exclude],
    plugins: plugin.plugins,
    splitting: options.format === 'esm',
  });
}
