import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type BuildOptions, build } from 'esbuild';

const root = join(import.meta.dirname, '../..');
const options = createRequire(import.meta.url)('./esbuild.cjs')({
  processedInput: { commands: ['package'] },
});

/** The code of a function as it is deployed, and the files it was made of. */
async function bundled(handler: string): Promise<{ code: string; files: string[] }> {
  const { bundle, minify, format, platform, target, mainFields, banner, plugins }: BuildOptions = options;
  const { outputFiles, metafile } = await build({
    ...{ bundle, minify, format, platform, target, mainFields, banner, plugins },
    absWorkingDir: root,
    entryPoints: [`services/items/src/handlers/${handler}.ts`],
    outdir: 'out',
    write: false,
    metafile: true,
  } as BuildOptions & { write: false; metafile: true });
  const output = Object.values(metafile.outputs)[0];
  const files = Object.entries(output?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput ? file : [],
  );
  return { code: outputFiles[0]?.text ?? '', files };
}

describe('the bundle of a function', () => {
  let getItem: Awaited<ReturnType<typeof bundled>>;
  beforeAll(async () => {
    getItem = await bundled('get-item');
  });

  it('holds the code of its service and of the SDK', () => {
    expect(getItem.files).toContain('services/items/src/adapters/items-table.ts');
    expect(getItem.files.some((file) => file.includes('@aws-sdk/client-dynamodb'))).toBe(true);
  });

  // An upgrade of the SDK that moves its files would bring all of this back without a word.
  it.each([
    [
      'credentials that no Lambda has',
      /credential-provider-(?:ini|sso|process|web-identity|login|cognito|http)|token-providers/,
    ],
    ['event streams but what stands in for them', /event-streams\/(?!index\.js)|EventStream/],
    ['schemas that another function needs', /item-schemas|money|currency/],
    ['idempotency, which only creation needs', /powertools\/(?:idempotency|jmespath)/],
  ])('holds nothing of %s', (_, left) => {
    expect(getItem.files.filter((file) => left.test(file))).toEqual([]);
  });

  it('asks Node for its modules by name, which loads no more than it uses', () => {
    expect(getItem.code.match(/\bfrom\s*"node:(?!module")[^"]+"/g)).toBeNull();
    expect(getItem.code).toContain('getBuiltinModule("node:https")');
  });

  it('holds no client but those that the function uses', () => {
    // That of getItem tries twice; the one for writes that are tried once is not there.
    expect(getItem.code.match(/\bmaxAttempts:\d,requestHandler/g)).toEqual(['maxAttempts:2,requestHandler']);
  });

  it('holds idempotency where it is needed, without the interpreter of JMESPath', async () => {
    const { files } = await bundled('create-item');
    expect(files.some((file) => file.includes('powertools/idempotency'))).toBe(true);
    expect(files.filter((file) => file.includes('powertools/jmespath'))).toEqual([]);
    expect(files).toContain('shared/serverless/field-names.ts');
  });
});
