import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { JWTPayload } from 'jose';
import { DependencyFailed, TokenRefused } from './errors.ts';
import { newSigner, type Signer, WRONG_TOKENS } from './testing/tokens.ts';
import { tokenVerifier } from './token-verifier.ts';

const now = new Date('2026-11-01T12:00:00.000Z');
const at = (time: string) => Date.parse(time) / 1_000;

let signer: Signer;
let issuer: Server;
let url: string;
let isIssuerUp = true;
const asked: string[] = [];
let valid: JWTPayload;

beforeAll(async () => {
  signer = await newSigner();
  const keys = [signer.jwk];
  issuer = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.statusCode = isIssuerUp ? 200 : 500;
    const isDiscovery = request.url === '/.well-known/openid-configuration';
    response.end(JSON.stringify(isDiscovery ? { jwks_uri: `${url}/keys` } : { keys }));
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => issuer.once('listening', listening));
  url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  valid = { iss: url, aud: 'shop', scope: 'shop/orders shop/reports', exp: at('2026-11-01T12:00:01Z') };
});
afterEach(() => {
  isIssuerUp = true;
  asked.length = 0;
});
afterAll(() => void issuer.close());

const verifier = () => tokenVerifier({ url, audience: 'shop', now: () => now });

describe('a token', () => {
  it.each<[string, () => JWTPayload]>([
    ['for this API', () => ({ ...valid, sub: 'alice' })],
    [
      'with its audience in client_id',
      () => {
        const { aud: _, ...claims } = valid;
        return { ...claims, client_id: 'shop' };
      },
    ],
    ['for several', () => ({ ...valid, aud: ['web', 'shop'] })],
  ])('%s is taken with its scopes', async (_, claims) => {
    expect(await verifier()(await signer.sign(claims()))).toEqual({
      subject: claims().sub,
      scopes: ['shop/orders', 'shop/reports'],
      expiresAt: 1_793_534_401,
    });
  });

  it('may have its scopes in scp', async () => {
    const { scope: _, ...rest } = valid;
    expect(await verifier()(await signer.sign({ ...rest, scp: ['shop/reports'] }))).toMatchObject({
      scopes: ['shop/reports'],
    });
  });

  it.each(WRONG_TOKENS)('that %s is refused', async (_, make) => {
    const token = await make(signer, valid, now.getTime() / 1_000);
    await expect(verifier()(token)).rejects.toBeInstanceOf(TokenRefused);
  });

  it('is no matter of refusal while the issuer is away, and is taken once it is back', async () => {
    const verify = verifier();
    const token = await signer.sign(valid);
    isIssuerUp = false;
    await expect(verify(token)).rejects.toBeInstanceOf(DependencyFailed);
    isIssuerUp = true;
    await expect(verify(token)).resolves.toBeDefined();
  });

  it('costs no question to the issuer when its key is known', async () => {
    const verify = verifier();
    await Promise.all([verify(await signer.sign(valid)), verify(await signer.sign(valid))]);
    await verify(await signer.sign(valid));
    expect(asked.toSorted()).toEqual(['/.well-known/openid-configuration', '/keys']);
  });
});
