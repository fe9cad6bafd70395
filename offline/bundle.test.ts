import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Plugin } from 'esbuild';
import { bundleIncrementally } from './bundle.ts';
import { until } from './test/processes.ts';

let folder: string;
let atEnd: () => void;
/** The entry points of every build, in their order. */
let builds: unknown[];

const write = (path: string, content: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};
const built = (name: string) => join(folder, `work/built/src/${name}.mjs`);
const outputOf = async (name: string) => (await import(`${built(name)}?${builds.length}`)).handler();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  builds = [];
  atEnd = () => undefined;
  write('package.json', '{"type":"module"}');
  write('tsconfig.json', '{}');
  write('node_modules/.package-lock.json', '{"packages":{}}');
  write('node_modules/library/package.json', '{"main":"index.js"}');
  write('node_modules/library/index.js', 'exports.word = "installed";');
  write('src/name.ts', "export const name = 'shop';");
  write('src/open.ts', "import { name } from './name.ts'; export const handler = () => 'open ' + name;");
  write('src/close.ts', "import { word } from 'library'; export const handler = () => 'close ' + word;");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const observer: Plugin = {
  name: 'observer',
  setup({ initialOptions, onEnd }) {
    builds.push(initialOptions.entryPoints);
    onEnd(() => atEnd());
  },
};

/** What is used of serverless-esbuild, and found by the name of its class. */
class EsbuildServerlessPlugin {
  readonly serviceDirPath = folder;
  readonly buildDirPath = join(folder, 'work/built');
  readonly plugins = [observer];
  readonly functionEntries = ['src/open.ts', 'src/close.ts'].map((entry) => ({ entry }));
  readonly buildOptions;
  constructor(options: object) {
    this.buildOptions = {
      ...{ bundle: true, format: 'esm', platform: 'node', logLevel: 'silent' },
      ...{ outputFileExtension: '.mjs', exclude: [], ...options },
    };
  }
  prepare() {}
  bundle = () => Promise.resolve();
}

/** Waits for the next tick of the file system's clock: what is written in the tick of a build counts as written in its midst. */
async function tick(): Promise<void> {
  const probe = () => {
    const file = join(folder, 'probe');
    writeFileSync(file, '');
    return statSync(file).ctimeMs;
  };
  const now = probe();
  await until(() => probe() > now);
}

/** One run of the local cloud up to where its functions are built. */
async function start(options = {}) {
  await tick();
  const plugin = new EsbuildServerlessPlugin(options);
  const release = bundleIncrementally([plugin]);
  await plugin.bundle();
  const edited = async () => {
    await tick();
    await plugin.bundle();
  };
  return { edited, release };
}

it('builds all functions at a first start', async () => {
  await start();
  expect(builds).toEqual([['src/open.ts', 'src/close.ts']]);
  expect([await outputOf('open'), await outputOf('close')]).toEqual(['open shop', 'close installed']);
});

it('builds nothing at a second start when nothing has changed', async () => {
  await start();
  // Written anew, as npm ci does.
  write('node_modules/library/index.js', 'exports.word = "installed";');
  await start();
  expect(builds).toHaveLength(1);
});

it('builds after an edit the functions that import the file, and no other', async () => {
  const { edited } = await start();
  write('src/name.ts', "export const name = 'market';");
  await edited();
  expect(builds[1]).toEqual(['src/open.ts']);
  expect(await outputOf('open')).toBe('open market');
});

it('builds at a start the functions whose files have changed since the last one', async () => {
  await start();
  write('node_modules/library/index.js', 'exports.word = "patched";');
  await start();
  expect(builds[1]).toEqual(['src/close.ts']);
  expect(await outputOf('close')).toBe('close patched');
});

it('takes an edit of an earlier run for built', async () => {
  const { edited } = await start();
  write('src/name.ts', "export const name = 'market';");
  await edited();
  await start();
  expect(builds).toHaveLength(2);
});

it.each([
  ['an installed package', () => write('node_modules/.package-lock.json', '{"packages":{"library":{}}}')],
  ['package.json', () => write('package.json', '{"type":"module","sideEffects":false}')],
  ['tsconfig.json', () => rmSync(join(folder, 'tsconfig.json'))],
])('builds all functions anew when %s has changed', async (_, change) => {
  await start();
  change();
  await start();
  expect(builds[1]).toEqual(['src/open.ts', 'src/close.ts']);
});

it('builds all functions anew with another option', async () => {
  await start();
  await start({ define: { 'process.env.X': '1' } });
  expect(builds[1]).toEqual(['src/open.ts', 'src/close.ts']);
});

it.each([
  ['lost', () => rmSync(built('open'))],
  ['not what was built', () => writeFileSync(built('open'), 'export const handler = () => "";')],
])('builds a function anew whose bundle is %s', async (_, change) => {
  await start();
  change();
  await start();
  expect(builds[1]).toEqual(['src/open.ts']);
  expect(await outputOf('open')).toBe('open shop');
});

it('takes nothing for built that has changed in the midst of its build', async () => {
  atEnd = () => write('src/name.ts', "export const name = 'market';");
  await start();
  atEnd = () => undefined;
  await start();
  expect(await outputOf('open')).toBe('open market');
});

it('takes nothing for built when the build failed', async () => {
  const { edited } = await start();
  write('src/open.ts', 'export const handler = (');
  await expect(edited()).rejects.toThrow('Build failed with 1 error');
  write('src/open.ts', "import { name } from './name.ts'; export const handler = () => 'open ' + name;");
  await edited();
  expect(builds.slice(1)).toEqual([['src/open.ts'], ['src/open.ts']]);
});

it('removes at a start what no bundle consists of any more', async () => {
  await start();
  write('work/built/chunk-OLD.mjs', '');
  await start();
  expect(existsSync(join(folder, 'work/built/chunk-OLD.mjs'))).toBe(false);
  expect(readFileSync(built('open'), 'utf8')).toContain('shop');
});
