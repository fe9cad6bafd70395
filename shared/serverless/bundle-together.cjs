/**
 * What is used of serverless-esbuild.
 *
 * @typedef {object} EsbuildPlugin
 * @property {() => Promise<void>} bundle
 * @property {() => void} prepare finds the entries of the functions that are asked for
 * @property {string} serviceDirPath
 * @property {string} buildDirPath
 * @property {Record<string, unknown> & { outputFileExtension: string, exclude: string[], external?: string[] }} buildOptions
 * @property {import('esbuild').Plugin[]} plugins
 * @property {{ entry: string, func: object, functionAlias: string }[]} functionEntries
 * @property {{ bundlePath: string, func: object, functionAlias: string }[]} buildResults what it zips
 */

/** Settings of serverless-esbuild itself, which esbuild would refuse. */
const OWN_SETTINGS = new Set([
  ...['concurrency', 'zipConcurrency', 'exclude', 'nativeZip', 'packager', 'packagePath', 'watch'],
  ...['keepOutputDirectory', 'packagerOptions', 'installExtraArgs', 'outputFileExtension'],
  ...['outputBuildFolder', 'outputWorkFolder', 'nodeExternals', 'skipBuild', 'skipRebuild'],
  ...['skipBuildExcludeFns', 'stripEntryResolveExtensions', 'disposeContext'],
]);

/**
 * Of what serverless-esbuild is told, what is for esbuild itself.
 *
 * @param {Readonly<Record<string, unknown>>} settings
 * @returns {import('esbuild').BuildOptions}
 */
const withoutOwnSettings = (settings) =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !OWN_SETTINGS.has(name)));

/**
 * The framework's plugin that bundles, where it is one of them.
 *
 * @param {readonly object[]} plugins
 */
const esbuildPluginOf = (plugins) =>
  /** @type {EsbuildPlugin | undefined} */ (
    plugins.find((plugin) => plugin.constructor.name === 'EsbuildServerlessPlugin')
  );

/**
 * How all functions are built in one run of esbuild, once the plugin has prepared itself.
 *
 * @param {EsbuildPlugin} plugin
 * @returns {import('esbuild').BuildOptions}
 */
const optionsOfOneRun = ({ buildOptions, serviceDirPath, buildDirPath, plugins, functionEntries }) => ({
  ...withoutOwnSettings(buildOptions),
  absWorkingDir: serviceDirPath,
  entryPoints: [...new Set(functionEntries.map(({ entry }) => entry))],
  outdir: buildDirPath,
  outbase: '.',
  outExtension: { '.js': buildOptions.outputFileExtension },
  external: [...(buildOptions.external ?? []), ...buildOptions.exclude],
  plugins,
});

/**
 * Makes serverless-esbuild bundle all functions in one run. It would run esbuild for each, which reads the same
 * libraries every time and takes three times as long.
 *
 * @param {readonly object[]} plugins of the framework
 */
const bundleTogether = (plugins) => {
  const plugin = esbuildPluginOf(plugins);
  if (!plugin) return;
  plugin.bundle = async () => {
    plugin.prepare();
    await require('esbuild').build(optionsOfOneRun(plugin));
    plugin.buildResults = plugin.functionEntries.map(({ entry, func, functionAlias }) => ({
      bundlePath: entry.replace(/\.[^.]+$/, plugin.buildOptions.outputFileExtension),
      func,
      functionAlias,
    }));
  };
};

module.exports = { bundleTogether, esbuildPluginOf, optionsOfOneRun, withoutOwnSettings };
