const { readFile } = require('node:fs/promises');
const path = require('node:path');

/**
 * Whose names are read at run time: our errors are caught by theirs, and so are Stripe's; the PDF libraries tell
 * objects apart by them.
 */
const NAMED = /[\\/](?:services|shared)[\\/].*\.ts$|[\\/]node_modules[\\/](?:stripe|@cantoo)[\\/].*\.m?js$/;

/**
 * Keeps the names of functions and classes where they are read. The bundler's own `keepNames` does it everywhere, by
 * a call for each function whenever it is made: a call by the AWS SDK, which makes many, then costs a third more.
 *
 * @type {import('esbuild').Plugin}
 */
module.exports = {
  name: 'names',
  setup({ esbuild, onLoad, initialOptions: { sourcemap = false, target = 'esnext' } }) {
    onLoad({ filter: NAMED }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      try {
        const { code } = await esbuild.transform(source, {
          loader: path.extname(file) === '.ts' ? 'ts' : 'js',
          keepNames: true,
          sourcefile: path.basename(file),
          sourcemap: sourcemap ? 'inline' : false,
          target,
        });
        return { contents: code };
      } catch (error) {
        // Thrown on, it would be told of as an error of this plugin, with its stack.
        return { errors: /** @type {import('esbuild').TransformFailure} */ (error).errors };
      }
    });
  },
};
