import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BuiltBundle, buildBundles } from './build.ts';

const root = mkdtempSync(join(tmpdir(), 'bundles-'));
afterAll(() => rmSync(root, { recursive: true }));

const FILES = {
  'plain.ts': 'export const handler = async () => 1;',
  'greedy.ts': `import { used } from 'outer';
    import '@scope/inner';
    export const handler = async () => used;`,
  'node_modules/outer/package.json': '{"name": "outer", "version": "1.0.0", "sideEffects": false}',
  'node_modules/outer/index.js': `export { used } from 'nested'; export const unused = 'unused';`,
  'node_modules/outer/node_modules/nested/package.json': '{"name": "nested", "version": "1.0.0"}',
  'node_modules/outer/node_modules/nested/index.js': `export const used = '${'u'.repeat(200)}';`,
  'node_modules/@scope/inner/package.json': '{"name": "@scope/inner", "version": "1.0.0"}',
  'node_modules/@scope/inner/index.js': 'globalThis.inner = true;',
};

describe('the bundles of one run', () => {
  let plain: BuiltBundle | undefined;
  let greedy: BuiltBundle | undefined;
  beforeAll(async () => {
    for (const [file, text] of Object.entries(FILES)) {
      mkdirSync(join(root, dirname(file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    [plain, greedy] = await buildBundles(['plain.ts', 'greedy.ts'], { root, folder: join(root, 'out') });
  });

  it('are one for each entry, of the size of its file', () => {
    expect(plain?.entry).toBe('plain.ts');
    expect(greedy?.entry).toBe('greedy.ts');
    expect(plain?.bytes).toBe(readFileSync(join(root, 'out/plain.mjs')).length);
  });

  it('tell the packages whose code they hold, nested and scoped ones by their own names', () => {
    expect(plain?.packages).toEqual({});
    expect(Object.keys(greedy?.packages ?? {})).toEqual(['nested', '@scope/inner']);
    expect(greedy?.packages.nested).toBeGreaterThanOrEqual(200);
  });
});
