import { beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, type JWTPayload } from 'jose';
import { newSigner, type Signer, WRONG_TOKENS } from '../../shared/testing/tokens.ts';
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
let signer: Signer;

beforeAll(async () => {
  signer = await newSigner();
  authorizer = {
    header: 'authorization',
    issuer: ISSUER,
    audience: ['web', 'shop'],
    keys: createLocalJWKSet({ keys: [signer.jwk] }),
  };
});

const refused = { status: 401, body: Buffer.from('{"message":"Unauthorized"}') };

describe('a token', () => {
  it('that is valid brings its claims as text', async () => {
    const claims = {
      ...valid,
      'cognito:groups': ['admin', 'staff'],
      email_verified: true,
      address: { city: 'Cork' },
    };
    expect(await authorize(authorizer, `Bearer ${await signer.sign(claims)}`, [])).toEqual({
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
    expect(
      await authorize(authorizer, await signer.sign({ ...claims, client_id: 'web' }), []),
    ).toHaveProperty('claims');
  });

  it.each([
    ['in scope', { scope: 'shop/items.write other' }],
    ['in scp', { scope: undefined, scp: ['shop/items.write'] }],
  ])('with one of the scopes asked for, %s, is let in', async (_, claims) => {
    const token = await signer.sign({ ...valid, ...claims });
    expect(await authorize(authorizer, token, ['shop/admin', 'shop/items.write'])).toHaveProperty('claims');
  });

  it('without the scope asked for is forbidden', async () => {
    expect(await authorize(authorizer, await signer.sign(valid), ['shop/admin'])).toMatchObject({
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

  it.each([
    ...WRONG_TOKENS,
    ['has a scheme and nothing else', () => 'Bearer '] as const,
    ['is of another scheme', () => 'Basic YTpi'] as const,
  ])('that %s is refused', async (_, token) => {
    const now = Math.floor(Date.now() / 1_000);
    expect(await authorize(authorizer, await token(signer, valid, now), [])).toMatchObject(refused);
  });
});
