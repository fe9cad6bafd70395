import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';

/** Who signs tokens in a test. */
export interface Signer {
  /** The key that verifies them, `k1`. */
  readonly jwk: JWK;
  sign(claims: JWTPayload, kid?: string): Promise<string>;
  /** Signs with a key that nobody knows, and calls it `k1`. */
  forge(claims: JWTPayload): Promise<string>;
  /** Signs with the public key as a secret. */
  confuse(claims: JWTPayload): Promise<string>;
}

export async function newSigner(): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const other = await generateKeyPair('RS256');
  const secret = new TextEncoder().encode(await exportSPKI(publicKey));
  const token = (claims: JWTPayload, alg: string, kid = 'k1') =>
    new SignJWT(claims).setProtectedHeader({ alg, kid });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' },
    sign: (claims, kid) => token(claims, 'RS256', kid).sign(privateKey),
    forge: (claims) => token(claims, 'RS256').sign(other.privateKey),
    confuse: (claims) => token(claims, 'HS256').sign(secret),
  };
}

/** Tokens that no API takes, by what is wrong with them; `valid` has `exp` and is taken, `now` is in seconds. */
export const WRONG_TOKENS: readonly (readonly [
  fault: string,
  make: (signer: Signer, valid: JWTPayload, now: number) => string | Promise<string>,
])[] = [
  ['is garbage', () => 'garbage'],
  ['is empty', () => ''],
  ['is not signed', (_, valid) => new UnsecuredJWT(valid).encode()],
  ['is signed by another key', (signer, valid) => signer.forge(valid)],
  ['names another key', (signer, valid) => signer.sign(valid, 'k2')],
  ['is signed with the public key as a secret', (signer, valid) => signer.confuse(valid)],
  [
    'was changed after it was signed',
    async (signer, valid) => {
      const [header, , signature] = (await signer.sign(valid)).split('.');
      return [header, btoa(JSON.stringify({ ...valid, sub: 'mallory' })), signature].join('.');
    },
  ],
  ['has expired', (signer, valid, now) => signer.sign({ ...valid, exp: now })],
  ['never expires', (signer, { exp: _, ...claims }) => signer.sign(claims)],
  ['is not valid yet', (signer, valid, now) => signer.sign({ ...valid, nbf: now + 60 })],
  ['is issued in the future', (signer, valid, now) => signer.sign({ ...valid, iat: now + 60 })],
  ['is of another issuer', (signer, valid) => signer.sign({ ...valid, iss: 'https://other.example' })],
  ['is for another audience', (signer, valid) => signer.sign({ ...valid, aud: 'other' })],
  [
    'is for another audience, whatever client_id says',
    (signer, valid) => signer.sign({ ...valid, aud: 'other', client_id: 'shop' }),
  ],
];
