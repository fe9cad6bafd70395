import type { Config } from 'jest';

/** What both kinds of test share: native ES modules, types stripped by SWC. */
const project = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024', keepClassNames: true },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['/\\.esbuild/', '/\\.serverless/', '/\\.offline/'],
} as const;

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
    },
  ],
  coverageProvider: 'v8',
  coveragePathIgnorePatterns: ['/node_modules/', '/testing/', '/test/', '\\.test\\.ts$'],
};

export default config;
