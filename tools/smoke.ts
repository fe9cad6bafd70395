import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { decodeJwt } from 'jose';
import { messageOf } from '../offline/errors.ts';
import { REGION } from './region.ts';
import { apiAt } from './rehearse/api.ts';
import { startProofs } from './rehearse/rehearsal.ts';
import { checkReading, checkWriting, type Token } from './smoke/checks.ts';

const HELP = `npm run smoke -- --stage STAGE [options]
npm run smoke -- --url URL

Asks a deployed API whether it works, and ends with 1 when it does not. What it checks depends on what it may do. It always
reads. With a token that may write items, one is made and deleted again; when the token may place orders as well, one
is placed, which stays. In a stage whose own user pool signs tokens it gets one of the back office, which places no orders.
In prod it only reads.

  --stage STAGE    the stage; its stack is asked for the URL, with the AWS credentials of the environment
  --region REGION  where the stage is (default: ${REGION}, that of sls)
  --url URL        where the API is; nothing is asked of AWS
  --help           shows this text

The environment variable SMOKE_TOKEN takes a token of another issuer.
`;

interface Options {
  readonly stage?: string | undefined;
  readonly region: string;
  readonly url?: string | undefined;
}

/** Answers whether all is well. */
async function smoke({ stage, region, url }: Options): Promise<boolean> {
  const given = process.env.SMOKE_TOKEN;
  if (stage === undefined && url === undefined) throw new Error('--stage or --url is expected.');
  if (stage === 'prod' && given) throw new Error('SMOKE_TOKEN is not for prod, where nothing is written.');
  const { base, token } =
    url === undefined ? await deployedAt(String(stage), region, given) : { base: url, token: given };

  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('Interrupted.')));
  const { signal } = interrupted;
  const proofs = startProofs(console.log, () => performance.now(), signal);
  const api = apiAt(base.replace(/\/$/, ''));
  console.log(`${base}\n`);
  await checkReading(api, proofs);
  if (token) await checkWriting(api, proofs, readToken(token), randomUUID, signal);
  else console.log('Nothing was written: there is no token that may.');
  return proofs.all.every(({ held }) => held);
}

/** SDKs take their time to load, so that only who asks for a stage waits for them. */
async function deployedAt(stage: string, region: string, given: string | undefined) {
  const { mintToken, outputsOf } = await import('./smoke/deployed.ts');
  const outputs = await outputsOf(stage, region);
  const base = outputs.HttpApiUrl;
  if (!base) throw new Error(`The stack shop-${stage} in ${region} has no output HttpApiUrl.`);
  return { base, token: given || (stage === 'prod' ? undefined : await mintToken(outputs, region)) };
}

/** Its scopes decide what is tried; whether it is genuine is for the API to say. */
function readToken(text: string): Token {
  const { scope = '' } = decodeJwt<{ scope?: string }>(text);
  return { text, scopes: scope.split(' ') };
}

try {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      stage: text,
      region: { ...text, default: REGION },
      url: text,
      help: { type: 'boolean' },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else if (!(await smoke(values))) process.exitCode = 1;
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
