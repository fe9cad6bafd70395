import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { DependencyFailed } from '../../../../shared/errors.ts';
import { authorize, ScopeMissing, TokenRefused } from '../domain/access.ts';
import { tokenVerifier } from './token-verifier.ts';

const now = new Date('2026-11-01T12:00:00.000Z');
const at = (time: string) => Date.parse(time) / 1_000;

let privateKey: CryptoKey;
let otherKey: CryptoKey;
let publicPem: string;
let issuer: Server;
let url: string;
let isIssuerUp = true;
const asked: string[] = [];
let valid: JWTPayload;

beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true });
  ({ privateKey } = pair);
  publicPem = await exportSPKI(pair.publicKey);
  otherKey = (await generateKeyPair('RS256')).privateKey;
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' }];
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
const sign = (claims: JWTPayload, { kid = 'k1', key = privateKey } = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(key);

describe('a token', () => {
  it.each<[string, () => JWTPayload]>([
    ['for this API', () => valid],
    [
      'with its audience in client_id',
      () => {
        const { aud: _, ...claims } = valid;
        return { ...claims, client_id: 'shop' };
      },
    ],
    ['for several', () => ({ ...valid, aud: ['web', 'shop'] })],
  ])('%s is taken with its scopes', async (_, claims) => {
    expect(await verifier()(await sign(claims()))).toEqual({ scopes: ['shop/orders', 'shop/reports'] });
  });

  it('may have its scopes in scp', async () => {
    const { scope: _, ...rest } = valid;
    expect(await verifier()(await sign({ ...rest, scp: ['shop/reports'] }))).toEqual({
      scopes: ['shop/reports'],
    });
  });

  it.each<[string, () => string | Promise<string>]>([
    ['is garbage', () => 'garbage'],
    ['is empty', () => ''],
    ['is not signed', () => new UnsecuredJWT(valid).encode()],
    ['is signed by another key', () => sign(valid, { key: otherKey })],
    ['names another key', () => sign(valid, { kid: 'k2' })],
    [
      'is signed with the public key as a secret',
      () =>
        new SignJWT(valid)
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .sign(new TextEncoder().encode(publicPem)),
    ],
    ['has expired', () => sign({ ...valid, exp: at('2026-11-01T12:00:00Z') })],
    ['never expires', () => sign({ iss: url, aud: 'shop' })],
    ['is not valid yet', () => sign({ ...valid, nbf: at('2026-11-01T12:00:01Z') })],
    ['is issued in the future', () => sign({ ...valid, iat: at('2026-11-01T12:01:00Z') })],
    ['is of another issuer', () => sign({ ...valid, iss: 'https://other.example' })],
    ['is for another audience', () => sign({ ...valid, aud: 'other' })],
    [
      'is for another audience, whatever client_id says',
      () => sign({ ...valid, aud: 'other', client_id: 'shop' }),
    ],
  ])('that %s is refused', async (_, token) => {
    await expect(verifier()(await token())).rejects.toBeInstanceOf(TokenRefused);
  });

  it('is no matter of refusal while the issuer is away, and is taken once it is back', async () => {
    const verify = verifier();
    const token = await sign(valid);
    isIssuerUp = false;
    await expect(verify(token)).rejects.toBeInstanceOf(DependencyFailed);
    isIssuerUp = true;
    await expect(verify(token)).resolves.toBeDefined();
  });

  it('costs no question to the issuer when its key is known', async () => {
    const verify = verifier();
    await Promise.all([verify(await sign(valid)), verify(await sign(valid))]);
    await verify(await sign(valid));
    expect(asked.toSorted()).toEqual(['/.well-known/openid-configuration', '/keys']);
  });
});

describe('a route with a scope', () => {
  const verify = async () => ({ scopes: ['shop/orders'] });

  it('lets a bearer of the scope through', async () => {
    await expect(authorize(verify, 'bearer token', 'shop/orders')).resolves.toBeUndefined();
  });

  it('asks for a token', async () => {
    await expect(authorize(verify, undefined, 'shop/orders')).rejects.toBeInstanceOf(TokenRefused);
  });

  it('is forbidden to others', async () => {
    await expect(authorize(verify, 'Bearer token', 'shop/reports')).rejects.toBeInstanceOf(ScopeMissing);
  });
});
