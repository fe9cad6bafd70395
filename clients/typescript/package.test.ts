import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';

/** What a program prints that runs beside this file. Jest takes many times as long to load a compiler as Node does. */
const printedBy = (program: string) =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });

describe('the client', () => {
  it('has the types that openapi.json makes now (npm run openapi writes them)', () => {
    const program = "process.stdout.write(await (await import('./generate.ts')).schemaText());";
    expect(printedBy(program)).toBe(readFileSync(join(import.meta.dirname, 'schema.ts'), 'utf8'));
  });

  it('is imported by its name in Node as it is', () => {
    const program =
      "import * as client from '@serverless-shop/client'; console.log(Object.keys(client).join());";
    expect(printedBy(program).trim()).toBe('ShopError,createShopClient');
  });

  it('needs nothing that a browser does not have', async () => {
    const { metafile } = await build({
      entryPoints: [join(import.meta.dirname, 'index.ts')],
      absWorkingDir: import.meta.dirname,
      ...{ bundle: true, platform: 'browser', format: 'esm', write: false, metafile: true },
    });
    const inputs = Object.keys(metafile.inputs).map((path) => path.replace(/.*node_modules\//, ''));
    expect(inputs.sort()).toEqual([
      'exchange.ts',
      'index.ts',
      'openapi-fetch/dist/index.mjs',
      'shop-error.ts',
    ]);
  });
});
