import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { type StripeServer, startStripeServer } from './stripe-server.ts';

const root = join(import.meta.dirname, '../../..');
const options: BuildOptions = createRequire(import.meta.url)('../../../shared/serverless/esbuild.cjs')({
  processedInput: { commands: ['package'] },
});

const PROGRAM = `
  import { payments } from './services/orders/src/adapters/payments.ts';
  const { provider, stripeSecretArn, stripeAddress } = JSON.parse(process.argv[2]);
  const answers = [];
  const provided = payments(provider, {
    documents: { send: async () => ({}) },
    tableName: 'orders',
    stripeSecretArn,
    stripeAddress: new URL(stripeAddress),
    now: () => new Date(),
    newId: () => 'id-1',
  });
  const amount = { amount: 4990, currency: 'EUR' };
  for (const attempt of [1, 2]) {
    await provided.charge({ key: '1:charge', orderId: '1', amount, token: provider === 'stripe' ? 'pm_card_visa' : 'tok_ok' })
      .then(({ reference }) => answers.push(reference), ({ message }) => answers.push(message));
  }
  console.log(JSON.stringify({ answers, evaluated: globalThis.evaluated ?? [] }));
`;

/** Makes the modules say when they are evaluated. */
const probes: Plugin = {
  name: 'probes',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](stripe\.esm\.node|SecretsManagerClient)\.js$/ }, async ({ path }) => ({
      contents: `(globalThis.evaluated ??= []).push('${/(stripe|SecretsManager)[^\\/]*$/.exec(path)?.[1]}');
        ${await readFile(path, 'utf8')}`,
    }));
  },
};

let cloud: LocalCloud;
let stripe: StripeServer;
let folder: string;

const putKey = (key: string) =>
  new SecretsManagerClient({}).send(
    new PutSecretValueCommand({
      SecretId: cloud.resources.StripeSecret,
      SecretString: JSON.stringify({ secretKey: key }),
    }),
  );

async function run(provider: 'sandbox' | 'stripe'): Promise<{ answers: string[]; evaluated: string[] }> {
  const settings = {
    provider,
    stripeSecretArn: cloud.resources.StripeSecret,
    stripeAddress: String(stripe.address),
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(folder, 'program.mjs'), JSON.stringify(settings)],
    { env: process.env },
  );
  return JSON.parse(stdout);
}

beforeAll(async () => {
  cloud = await startLocalCloud({
    resources: {
      Resources: { StripeSecret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'stripe' } } },
    },
  });
  stripe = await startStripeServer();
  const { bundle, format, platform, target, mainFields, banner, plugins = [] } = options;
  folder = await mkdtemp(join(tmpdir(), 'stripe-bundle-'));
  await build({
    ...({ bundle, format, platform, target, mainFields, banner } as BuildOptions),
    plugins: [probes, ...plugins],
    stdin: { contents: PROGRAM, resolveDir: root },
    minify: true,
    outfile: join(folder, 'program.mjs'),
  });
});
afterAll(() => Promise.all([cloud.stop(), stripe.stop(), rm(folder, { recursive: true, force: true })]));

describe('the bundle of a function that takes payments', () => {
  it('evaluates nothing of Stripe for the sandbox', async () => {
    expect(await run('sandbox')).toEqual({ answers: ['id-1', 'id-1'], evaluated: [] });
  });

  it('takes payments by Stripe once an operator has put in a key that Stripe takes', async () => {
    const missing = `PAYMENT_UNAVAILABLE: the secret ${cloud.resources.StripeSecret} has no key of Stripe`;
    const evaluated = ['stripe', 'SecretsManager'];
    expect(await run('stripe')).toEqual({ answers: [missing, missing], evaluated });

    await putKey('sk_test_mistyped');
    const refused = 'PAYMENT_UNAVAILABLE: Stripe: StripeAuthenticationError';
    expect(await run('stripe')).toEqual({ answers: [refused, refused], evaluated });

    await putKey('sk_test_1');
    expect(await run('stripe')).toEqual({ answers: ['pi_1', 'pi_1'], evaluated });
  });
});
