const { readFile } = require('node:fs/promises');
const { gzipSync } = require('node:zlib');

/**
 * Embeds what is imported `with { type: 'gzip' }` compressed, as base64: a function that only hands it on has less to
 * load, and nothing to compress.
 *
 * @type {import('esbuild').Plugin}
 */
module.exports = {
  name: 'gzip',
  setup({ onLoad }) {
    // The filter is the bundler's own, and fast; a filter for all scripts would ask this plugin about each of them.
    onLoad(
      { filter: /[\\/]swagger-ui-dist[\\/][^\\/]+\.(?:js|css)$/ },
      async ({ path, with: attributes }) => {
        if (attributes.type !== 'gzip') return undefined;
        return { contents: gzipSync(await readFile(path), { level: 9 }).toString('base64'), loader: 'text' };
      },
    );
  },
};
