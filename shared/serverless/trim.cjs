const { readFileSync } = require('node:fs');
const { builtinModules } = require('node:module');
const path = require('node:path');

/**
 * What no function of ours reaches in its packages, by the module and what stands in for it. Each of them is loaded
 * or kept by its package whether it is used or not. See docs/decisions/0012-trimmed-bundles.md.
 */
const REPLACED = [
  {
    // A Lambda is given its role's credentials in its environment, and so does the local cloud.
    module: /[\\/]@aws-sdk[\\/]credential-provider-node[\\/]dist-es[\\/]index\.js$/,
    contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
  },
  {
    // Imported dynamically, which keeps all that it imports from being shaken out of the bundle.
    module: /[\\/]@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/]event-streams[\\/]index\.js$/,
    contents: `const leftOut = () => { throw new Error('Event streams are left out of the bundles.'); };
      export { leftOut as EventStreamSerde, leftOut as eventStreamSerdeProvider };
      export const resolveEventStreamSerdeConfig = (config) => config;`,
  },
  {
    // A Lambda has no ~/.aws.
    module: /[\\/]config[\\/]shared-ini-file-loader[\\/]loadSharedConfigFiles\.js$/,
    contents: `export { CONFIG_PREFIX_SEPARATOR } from './constants';
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  },
  {
    // DynamoDB's clients discover endpoints only when AWS_ENABLE_ENDPOINT_DISCOVERY asks for it.
    module:
      /[\\/]@aws-sdk[\\/]middleware-endpoint-discovery[\\/]dist-es[\\/]resolveEndpointDiscoveryConfig\.js$/,
    contents: 'export const resolveEndpointDiscoveryConfig = (config) => config;',
  },
  {
    // Powertools' idempotency brings an interpreter of JMESPath with all its functions; we name fields.
    module: /[\\/]@aws-lambda-powertools[\\/]jmespath[\\/]lib[\\/]esm[\\/](?:index|PowertoolsFunctions)\.js$/,
    contents: `export * from ${JSON.stringify(path.join(__dirname, 'field-names.ts'))};`,
  },
];

/** @type {import('esbuild').Plugin} */
const packages = {
  name: 'trim-packages',
  setup(build) {
    for (const { module, contents } of REPLACED) {
      build.onLoad({ filter: module }, (args) => ({ contents, resolveDir: path.dirname(args.path) }));
    }
    // Clients import their whole package.json for its version.
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, (args) => {
      const { version } = JSON.parse(readFileSync(args.path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/**
 * An ES import of one of Node's modules makes Node read every export of it, getters included: `node:http` then loads
 * undici for its WebSocket, `node:fs` its promises, `node:process` its streams. Asked for by name they do not.
 *
 * @type {import('esbuild').Plugin}
 */
const builtins = {
  name: 'builtins-without-getters',
  setup(build) {
    const names = builtinModules.filter((name) => !name.startsWith('node:')).join('|');
    build.onResolve({ filter: new RegExp(`^(?:node:)?(?:${names})$`) }, ({ kind, path: name }) =>
      kind === 'require-call'
        ? undefined
        : { path: name.replace(/^(?:node:)?/, 'node:'), namespace: 'builtin', sideEffects: false },
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, (args) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(args.path)});`,
    }));
  },
};

module.exports = [builtins, packages];
