import type { Config } from 'jest';
import { project } from '../../jest.config.ts';

/** The tests in a browser, beside `npm test`, which needs nothing but Node. */
const config: Config = {
  ...project,
  rootDir: '../..',
  testMatch: ['**/console/test/*.browser.ts'],
  // A browser and the whole application run for one file.
  maxWorkers: 1,
  testTimeout: 60_000,
};

export default config;
