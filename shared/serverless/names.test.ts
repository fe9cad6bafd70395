import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';

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

  it('does not spend time on names in the AWS SDK', async () => {
    const program = `import { Client } from '@smithy/core/client'; export default Client.name;`;
    expect(await evaluated(program)).not.toBe('Client');
  });
});
