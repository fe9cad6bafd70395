const fs = require('node:fs/promises');
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

/**
 * Layers of this repository: layers/<name>/layer.json names the packages that a layer holds. No function has one of them
 * in its bundle; it asks for it at run time, by `require`, which finds what lies in a layer, where `import` does not.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-layers.html
 */
const LAYERS = path.resolve(__dirname, '../../layers');

const layers = readdirSync(LAYERS).map((name) => {
  const folder = path.join(LAYERS, name);
  const { packages } = /** @type {{ packages: string[] }} */ (
    JSON.parse(readFileSync(path.join(folder, 'layer.json'), 'utf8'))
  );
  return { folder, packages };
});

/**
 * @typedef {(typeof layers)[number]} Layer
 *
 * What is used of the framework; tools that bundle have no plugins.
 * @typedef {object} Framework
 * @property {{ commands: string[] }} processedInput
 * @property {{ plugins: { compareWithLastLayer?: (layer: string) => Promise<void> }[] } | undefined} [pluginManager]
 */

/**
 * Makes the content of a layer anew, as Lambda unpacks it below /opt: one file for each package, with all that it
 * depends on. The same versions give the same bytes.
 *
 * @param {import('esbuild').PluginBuild['esbuild']} esbuild
 * @param {Layer} layer
 */
const buildLayer = async (esbuild, { folder, packages }) => {
  const content = path.join(folder, '.build');
  await fs.rm(content, { recursive: true, force: true });
  for (const name of packages) {
    const target = path.join(content, 'nodejs/node_modules', name);
    await esbuild.build({
      // Bundles hold paths from there.
      absWorkingDir: path.dirname(LAYERS),
      entryPoints: [require.resolve(name)],
      outfile: path.join(target, 'index.js'),
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node24',
      // Names are kept: some of these libraries read them.
      minifySyntax: true,
      minifyWhitespace: true,
      // The driver asks for the one in Cloudflare's runtime only, and for the other when it is told to.
      external: ['pg-native', 'pg-cloudflare'],
      logLevel: 'error',
    });
    const { version } = JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8'));
    await fs.writeFile(path.join(target, 'package.json'), `${JSON.stringify({ name, version })}\n`);
  }
};

/** @type {Map<Layer, Promise<void>>} */
const built = new Map();

/**
 * Leaves the packages of layers out of bundles, and builds a layer when the first function asks for it. The framework
 * zips layers when all functions are bundled.
 *
 * @type {import('esbuild').Plugin}
 */
const layersLeftOut = {
  name: 'layers',
  setup({ esbuild, onResolve, onLoad }) {
    const names = layers.flatMap(({ packages }) => packages).join('|');
    onResolve({ filter: new RegExp(`^(?:${names})$`) }, async ({ path: name, namespace }) => {
      if (namespace === 'layer') return { path: name, external: true };
      for (const layer of layers.filter(({ packages }) => packages.includes(name))) {
        if (!built.has(layer)) built.set(layer, buildLayer(esbuild, layer));
        await built.get(layer);
      }
      return { path: name, namespace: 'layer', sideEffects: false };
    });
    onLoad({ filter: /.*/, namespace: 'layer' }, ({ path: name }) => ({
      contents: `module.exports = require(${JSON.stringify(name)});`,
    }));
  },
};

/**
 * The plugins that a build needs for layers: none where the code runs on this machine, which has no layers.
 *
 * @param {Framework} framework
 * @returns {import('esbuild').Plugin[]}
 */
module.exports = ({ processedInput: { commands }, pluginManager }) => {
  if (commands[0] === 'offline' || commands[0] === 'invoke') return [];
  // To package needs no account, but for this: the framework would ask whether a layer is uploaded already.
  if (commands[0] === 'package') {
    for (const plugin of pluginManager?.plugins ?? []) {
      if (plugin.compareWithLastLayer) plugin.compareWithLastLayer = async () => {};
    }
  }
  return [layersLeftOut];
};
