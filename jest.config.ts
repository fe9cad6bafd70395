import type { Config } from 'jest';

/** What both kinds of test share: native ES modules, types stripped by SWC. */
export const project = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.ttf'],
  transform: {
    // Files that the bundler embeds compressed.
    'swagger-ui-dist/.+\\.(js|css)$': './shared/testing/gzip-transform.cjs',
    // Files that it embeds as bytes.
    '\\.ttf$': './shared/testing/bytes-transform.cjs',
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // SWC drops import attributes, without which Jest loads no JSON module quietly.
  moduleNameMapper: { '/openapi\\.json$': '<rootDir>/shared/testing/openapi-document.ts' },
  transformIgnorePatterns: ['/node_modules/(?!swagger-ui-dist/|@expo-google-fonts/)'],
  setupFiles: ['./shared/testing/environment.ts'],
  modulePathIgnorePatterns: ['/\\.esbuild/', '/\\.serverless/', '/\\.offline/'],
} satisfies Config;

const config: Config = {
  projects: [
    {
      ...project,
      displayName: 'unit',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.integration\\.test\\.ts$'],
    },
    {
      ...project,
      displayName: 'integration',
      testMatch: ['**/*.integration.test.ts'],
      globalSetup: './offline/testing/shared-build.ts',
      globalTeardown: './offline/testing/shared-build-teardown.ts',
    },
  ],
  // Much of what the tests do is to wait for other processes, so that two cores have room for three files at once.
  maxWorkers: 3,
  // Beside two others, on a small machine.
  testTimeout: 60_000,
  // Measured over both projects, by .ci/run. What runs in threads and processes of its own, as functions and programs
  // do, does not count.
  coverageThreshold: { global: { statements: 90, branches: 81, functions: 90, lines: 91 } },
  // With v8, which maps each file of each test back to its source, all tests take half as long again.
  coverageProvider: 'babel',
  coveragePathIgnorePatterns: ['/node_modules/', '/testing/', '/test/', '\\.test\\.ts$'],
};

export default config;
