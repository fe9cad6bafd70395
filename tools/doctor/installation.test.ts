import { describe, expect, it } from '@jest/globals';
import { type Installation, installationFindings } from './installation.mjs';

const WELL: Installation = {
  node: '20.20.2',
  npm: '10.8.2',
  engines: { node: '>=20', npm: '>=9' },
  wanted: { zod: '4.6.7', node: '24.21.0' },
  agreed: { zod: '4.6.7', node: '24.21.0' },
  locked: {
    '': {},
    'node_modules/node': { version: '24.21.0' },
    'node_modules/zod': { version: '4.6.7' },
    'node_modules/client': { link: true },
    'node_modules/@dynoxide/linux-x64': { version: '1.2.1', optional: true, os: ['linux'], cpu: ['x64'] },
    'node_modules/@esbuild/darwin-arm64': {
      version: '0.28.2',
      optional: true,
      os: ['darwin'],
      cpu: ['arm64'],
    },
    'node_modules/musl': {
      version: '1.0.0',
      optional: true,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
    },
    'node_modules/wasm': { version: '1.0.0', optional: true },
  },
  installed: {
    'node_modules/node': '24.21.0',
    'node_modules/zod': '4.6.7',
    'node_modules/@dynoxide/linux-x64': '1.2.1',
  },
  runtime: 'v24.21.0',
  platform: 'linux',
  arch: 'x64',
};

/** What is wrong, as check, message and fix. */
const problems = (changes: Partial<Installation>) =>
  installationFindings({ ...WELL, ...changes })
    .filter(({ level }) => level !== 'ok')
    .map(({ check, message, fix }) => [check, message, fix]);

describe('an installation', () => {
  it('is well when all is as the lock file says, without what is for other systems', () => {
    expect(installationFindings(WELL)).toEqual([
      { check: 'node', level: 'ok', message: 'Node 20.20.2' },
      { check: 'npm', level: 'ok', message: 'npm 10.8.2' },
      { check: 'packages', level: 'ok', message: 'The packages are those of package-lock.json.' },
      { check: 'runtime', level: 'ok', message: 'Node v24.21.0 of node_modules' },
    ]);
  });

  it('wants a newer Node when that of the machine is too old', () => {
    expect(problems({ node: '18.20.8' })).toEqual([
      [
        'node',
        'Node 18.20.8 is too old: >=20 is wanted.',
        'Install Node 24 (https://nodejs.org/en/download).',
      ],
    ]);
  });

  it('wants a newer npm when that is too old, and knows none that did not start it', () => {
    expect(problems({ npm: '8.19.4' })).toEqual([
      [
        'npm',
        'npm 8.19.4 is too old: >=9 is wanted.',
        'Install Node 24 (https://nodejs.org/en/download), which brings a newer one.',
      ],
    ]);
    expect(problems({ npm: undefined })).toEqual([
      ['npm', 'npm did not start this: its version is unknown.', 'npm run doctor'],
    ]);
  });

  it('wants npm ci, and nothing of a runtime, when nothing is installed', () => {
    expect(problems({ installed: undefined, runtime: undefined })).toEqual([
      ['packages', 'The packages are not installed.', 'npm ci'],
    ]);
  });

  it.each([
    ['is missing', { 'node_modules/zod': undefined }, 'zod'],
    ['has another version', { 'node_modules/zod': '4.6.6' }, 'zod'],
    ['for this system is missing', { 'node_modules/@dynoxide/linux-x64': undefined }, '@dynoxide/linux-x64'],
  ])('wants npm ci when a package %s', (_, changed, name) => {
    const installed = JSON.parse(JSON.stringify({ ...WELL.installed, ...changed }));
    expect(problems({ installed })).toEqual([
      ['packages', `node_modules is not what package-lock.json says: ${name}.`, 'npm ci'],
    ]);
  });

  it('names three of many packages', () => {
    const locked = {
      ...WELL.locked,
      ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`node_modules/${name}`, {}])),
    };
    expect(problems({ locked })[0]?.[1]).toBe(
      'node_modules is not what package-lock.json says: a, b, c and 2 more.',
    );
  });

  it('wants npm install when package.json has what the lock file has not, or lost what it has', () => {
    expect(problems({ wanted: { ...WELL.wanted, zod: '4.6.8' } })).toEqual([
      ['packages', 'package.json and package-lock.json do not agree about zod.', 'npm install'],
    ]);
    expect(problems({ wanted: { zod: '4.6.7' } })[0]?.[1]).toBe(
      'package.json and package-lock.json do not agree about node.',
    );
  });

  it.each([
    [
      undefined,
      'The Node of node_modules does not run. The install script of the package "node" has to fetch it.',
    ],
    ['v22.1.0', 'The Node of node_modules is v22.1.0 and should be v24.21.0.'],
  ])('wants the scripts of packages to run when its Node is %s', (runtime, message) => {
    expect(problems({ runtime })).toEqual([['runtime', message, 'npm ci --ignore-scripts=false']]);
  });
});
