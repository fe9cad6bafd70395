import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type BuildFailure, build } from 'esbuild';

const root = join(import.meta.dirname, '../..');
const names = createRequire(import.meta.url)('./names.cjs');

/** What the default export of the program is when it is bundled as functions are. */
async function evaluated(program: string): Promise<unknown> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: root },
    ...{ bundle: true, minify: true, format: 'esm', platform: 'node', target: 'node24', write: false },
    plugins: [names],
  });
  const [file] = outputFiles ?? [];
  return (await import(`data:text/javascript,${encodeURIComponent(file?.text ?? '')}`)).default;
}

describe('a bundle', () => {
  it('keeps the names of our errors, which state machines catch them by', async () => {
    const program = `import { ItemNotFound } from './services/items/src/domain/item.ts';
      export default new ItemNotFound('x').name;`;
    expect(await evaluated(program)).toBe('ItemNotFound');
  });

  it('maps our code back to the source as it was written', async () => {
    const { outputFiles } = await build({
      stdin: { contents: "export * from './shared/errors.ts';", resolveDir: root },
      ...{
        bundle: true,
        format: 'esm',
        platform: 'node',
        target: 'node24',
        write: false,
        sourcemap: 'inline',
      },
      plugins: [names],
    });
    const map =
      /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(outputFiles?.[0]?.text ?? '')?.[1] ?? '';
    const { sources, sourcesContent } = JSON.parse(Buffer.from(map, 'base64').toString());
    const at = sources.findIndex((source: string) => source.endsWith('shared/errors.ts'));
    expect(sourcesContent[at]).toBe(readFileSync(join(root, 'shared/errors.ts'), 'utf8'));
  });

  it('tells of code that cannot be read by the place in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'names-'));
    const file = join(folder, 'shared/broken.ts');
    mkdirSync(join(folder, 'shared'));
    writeFileSync(file, '\nconst = 1;\n');
    const failed = await build({
      ...{ entryPoints: [file], write: false, logLevel: 'silent' },
      plugins: [names],
    }).catch((error: BuildFailure) => error);
    rmSync(folder, { recursive: true });
    expect(failed.errors).toMatchObject([
      { text: 'Expected identifier but found "="', location: { file: 'broken.ts', line: 2, column: 6 } },
    ]);
  });

  it('does not spend time on names in the AWS SDK', async () => {
    const program = `import { Client } from '@smithy/core/client'; export default Client.name;`;
    expect(await evaluated(program)).not.toBe('Client');
  });
});
