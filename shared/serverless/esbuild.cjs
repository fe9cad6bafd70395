/**
 * How every function is bundled; `custom.esbuild.config` of the root and of each service points here.
 * ES modules need the `require` that some CommonJS dependencies call at run time, hence the banner.
 */
module.exports = () => ({
  bundle: true,
  minify: true,
  keepNames: true,
  sourcemap: false,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  outputFileExtension: '.mjs',
  exclude: [],
  concurrency: 2,
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
});
