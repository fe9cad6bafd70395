import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CryptoKey,
  createLocalJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { type Authorizer, authorize } from './authorizer.ts';

const ISSUER = 'https://issuer.example';
const IN_AN_HOUR = Math.floor(Date.now() / 1_000) + 3_600;
const valid: JWTPayload = {
  iss: ISSUER,
  aud: 'shop',
  sub: 'alice',
  scope: 'shop/orders shop/items.write',
  exp: IN_AN_HOUR,
};

let authorizer: Authorizer;
let privateKey: CryptoKey;
let otherKey: CryptoKey;
let publicPem: string;

beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true });
  privateKey = pair.privateKey;
  publicPem = await exportSPKI(pair.publicKey);
  otherKey = (await generateKeyPair('RS256')).privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' };
  authorizer = {
    header: 'authorization',
    issuer: ISSUER,
    audience: ['web', 'shop'],
    keys: createLocalJWKSet({ keys: [jwk] }),
  };
});

const sign = (claims: JWTPayload, { kid = 'k1', key = privateKey } = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(key);

const refused = { status: 401, body: Buffer.from('{"message":"Unauthorized"}') };

describe('a token', () => {
  it('that is valid brings its claims as text', async () => {
    const claims = {
      ...valid,
      'cognito:groups': ['admin', 'staff'],
      email_verified: true,
      address: { city: 'Cork' },
    };
    expect(await authorize(authorizer, `Bearer ${await sign(claims)}`, [])).toEqual({
      claims: {
        iss: ISSUER,
        aud: 'shop',
        sub: 'alice',
        scope: 'shop/orders shop/items.write',
        exp: String(IN_AN_HOUR),
        'cognito:groups': '[admin staff]',
        email_verified: 'true',
        address: '{"city":"Cork"}',
      },
      scopes: null,
    });
  });

  it('is taken without the word Bearer, and for the audience in client_id', async () => {
    const { aud: _, ...claims } = valid;
    expect(await authorize(authorizer, await sign({ ...claims, client_id: 'web' }), [])).toHaveProperty(
      'claims',
    );
  });

  it.each([
    ['in scope', { scope: 'shop/items.write other' }],
    ['in scp', { scope: undefined, scp: ['shop/items.write'] }],
  ])('with one of the scopes asked for, %s, is let in', async (_, claims) => {
    const token = await sign({ ...valid, ...claims });
    expect(await authorize(authorizer, token, ['shop/admin', 'shop/items.write'])).toHaveProperty('claims');
  });

  it('without the scope asked for is forbidden', async () => {
    expect(await authorize(authorizer, await sign(valid), ['shop/admin'])).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': 'Bearer scope="shop/admin" error="insufficient_scope"' },
      body: Buffer.from('{"message":"Forbidden"}'),
    });
  });

  it('that is absent is asked for', async () => {
    expect(await authorize(authorizer, undefined, [])).toMatchObject({
      ...refused,
      headers: { 'www-authenticate': 'Bearer' },
    });
  });

  it.each<[string, () => string | Promise<string>]>([
    ['is garbage', () => 'Bearer garbage'],
    ['is empty', () => 'Bearer '],
    ['is of another scheme', () => 'Basic YTpi'],
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
    ['has expired', () => sign({ ...valid, exp: 1_000_000_000 })],
    ['never expires', () => sign({ iss: ISSUER, aud: 'shop' })],
    ['is not valid yet', () => sign({ ...valid, nbf: IN_AN_HOUR })],
    ['is issued in the future', () => sign({ ...valid, iat: IN_AN_HOUR })],
    ['is of another issuer', () => sign({ ...valid, iss: 'https://other.example' })],
    ['is for another audience', () => sign({ ...valid, aud: ['other'] })],
    [
      'is for another audience, whatever client_id says',
      () => sign({ ...valid, aud: 'other', client_id: 'shop' }),
    ],
    [
      'was changed after it was signed',
      async () => {
        const [header, , signature] = (await sign(valid)).split('.');
        return [header, btoa(JSON.stringify({ ...valid, sub: 'mallory' })), signature].join('.');
      },
    ],
  ])('that %s is refused', async (_, token) => {
    expect(await authorize(authorizer, await token(), [])).toMatchObject(refused);
  });
});
