const { bundleTogether } = require('./bundle-together.cjs');

/**
 * How every function is bundled; `custom.esbuild.config` of the root and of each service points here.
 *
 * @param {import('./layers.cjs').Framework} serverless
 */
module.exports = ({ processedInput: { commands }, pluginManager }) => {
  // `sls offline` does it in a way of its own: it builds again what an edit changes.
  if (commands[0] !== 'offline') bundleTogether(pluginManager?.plugins ?? []);
  return {
    bundle: true,
    minify: commands[0] !== 'offline',
    sourcemap: commands[0] === 'offline' && 'linked',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    exclude: [],
    plugins: [
      ...require('./layers.cjs')({ processedInput: { commands }, pluginManager }),
      require('./names.cjs'),
      require('./gzip.cjs'),
      ...require('./trim.cjs'),
    ],
    // Two runs of `sls offline` at once, as in tests, must not build into one folder.
    // Packaging removes its whole folder, so it is not the one that they serve from.
    outputWorkFolder:
      commands[0] === 'offline' ? (process.env.LOCAL_CLOUD_BUILD ?? '.offline/build') : '.esbuild',
    watch: {
      pattern: ['services/**/*.{ts,json}', 'shared/**/*.{ts,json}', 'openapi.json'],
      ignore: ['**/*.test.ts', '**/test/**', '**/testing/**', '**/node_modules/**'],
    },
    // The `require` that some CommonJS dependencies call at run time.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    // Incremental builds serve `sls offline`. Elsewhere they keep the process alive for ever when one fails.
    skipRebuild: commands[0] !== 'offline',
    ...(commands.join(' ') === 'invoke local' ? FOR_LOCAL_INVOCATION : FOR_LAMBDA),
  };
};

const FOR_LAMBDA = { outputFileExtension: '.mjs' };
/**
 * The framework looks for no .mjs file here; a .js file is an ES module because the repository's package.json says so.
 * The folder is not the one that `sls offline` may be serving from.
 */
const FOR_LOCAL_INVOCATION = { outputFileExtension: '.js', outputBuildFolder: '.local' };
