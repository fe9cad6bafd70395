/**
 * The rooms of the house: handlers translate, domain decides, adapters touch the world. A path says which room a
 * file stands in, and the room says what it may import.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'domain-decides-alone',
      comment: 'Rules run with fakes: no SDK, no environment, no other room. Only shared/errors.ts comes in.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/domain/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^services/[^/]+/src/domain/', '^shared/errors\\.ts$'] },
    },
    {
      name: 'adapters-know-no-handler',
      severity: 'error',
      from: { path: '^services/[^/]+/src/adapters/' },
      to: { path: '^services/[^/]+/src/handlers/' },
    },
    {
      name: 'sdk-only-in-adapters',
      comment: 'Handlers get what touches the world from an adapter or from shared/.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/(handlers|domain)/' },
      to: { path: 'node_modules/(@aws-sdk|@aws-lambda-powertools|stripe|pg|jose)/' },
    },
    {
      name: 'services-stand-alone',
      comment: 'What two services need of each other is an event, a documented table or shared/.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'shared-knows-no-service',
      severity: 'error',
      from: { path: '^shared/', pathNot: '(\\.test\\.ts$|^shared/serverless/test/)' },
      to: { path: '^(services|offline|tools|bench|clients)/' },
    },
    {
      name: 'deployed-code-knows-no-tool',
      severity: 'error',
      from: {
        path: '^(services/[^/]+/src|shared)/',
        pathNot: ['\\.test\\.ts$', '^shared/(testing|serverless)/'],
      },
      to: { path: '^(offline|tools|bench|clients|shared/testing)/' },
    },
    {
      name: 'deployed-code-uses-dependencies',
      comment: 'What is bundled stands under dependencies; imports of types vanish.',
      severity: 'error',
      from: {
        path: '^(services/[^/]+/src|shared)/',
        pathNot: ['\\.test\\.ts$', '^shared/(testing|serverless)/'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'client-stands-alone',
      comment: 'It goes to other projects by itself.',
      severity: 'error',
      from: { path: '^clients/typescript/', pathNot: '(\\.test|/generate)\\.ts$' },
      to: { pathNot: ['^clients/typescript/', '/openapi-fetch/'] },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      // Only types: the package of that name is never installed.
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    parser: 'swc',
    exclude: { path: '(^|/)(\\.esbuild|\\.serverless|\\.offline|coverage)/' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json'],
    },
  },
};
