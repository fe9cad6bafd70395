import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { packageOf } from '../../../tools/template/compile.ts';
import { copyOfRepository, removeRepositories } from './repository.ts';

/** Each run of the framework takes seconds. */
jest.setTimeout(120_000);

const IMAGE = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/invoice@sha256:${'0f'.repeat(32)}`;

async function packaged(parameters: Readonly<Record<string, string>>) {
  const folder = join(copyOfRepository(), 'services/events');
  const { template } = await packageOf(folder, 'prod', parameters);
  return { template, hasZip: existsSync(join(folder, '.serverless/renderInvoice.zip')) };
}

type Packaged = Awaited<ReturnType<typeof packaged>>;
let zip: Packaged;
let image: Packaged;

beforeAll(async () => {
  [zip, image] = await Promise.all([packaged({}), packaged({ invoiceImageUri: IMAGE })]);
});
afterAll(removeRepositories);

const renderInvoice = ({ template }: Packaged) =>
  template.Resources.RenderInvoiceLambdaFunction?.Properties ?? {};

describe('renderInvoice', () => {
  it('is a zip when no image is given', () => {
    expect(renderInvoice(zip)).toMatchObject({
      Handler: 'src/handlers/render-invoice.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Timeout: 60,
    });
    expect([renderInvoice(zip).PackageType, zip.hasZip]).toEqual([undefined, true]);
  });

  it('is the image when one is given, and has neither handler nor zip', () => {
    const { Handler, Runtime, ...rest } = renderInvoice(image);
    expect([Handler, Runtime, image.hasZip]).toEqual([undefined, undefined, false]);
    expect(rest).toMatchObject({ PackageType: 'Image', Code: { ImageUri: IMAGE } });
  });

  it('has everything else alike, in the function and around it', () => {
    const others = ({ template }: Packaged) => {
      const { Code, Handler, Runtime, PackageType, ...properties } = renderInvoice({
        template,
        hasZip: false,
      });
      return JSON.parse(
        JSON.stringify({
          ...template.Resources,
          RenderInvoiceLambdaFunction: {
            ...template.Resources.RenderInvoiceLambdaFunction,
            Properties: properties,
          },
        }),
        (key, value) => (key === 'S3Key' ? 'of this run' : value),
      );
    };
    expect(others(image)).toEqual(others(zip));
  });
});

describe('the code of the image', () => {
  it('is one file that runs by itself', async () => {
    const root = copyOfRepository();
    const bundle = join(root, 'image/render-invoice.mjs');
    const source = 'services/events/src/handlers/render-invoice.ts';
    const { NODE_OPTIONS: _, ...env } = process.env;
    await promisify(execFile)(process.execPath, ['tools/bundle-function.ts', source, bundle], {
      cwd: root,
      env,
    });
    rmSync(join(root, 'node_modules'));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--eval', `import(${JSON.stringify(bundle)}).then(({ handler }) => console.log(typeof handler))`],
      { cwd: join(root, 'image'), env: { ...env, INVOICES_BUCKET: 'invoices' } },
    );
    expect(stdout.trim()).toBe('function');
  });
});
