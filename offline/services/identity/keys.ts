import { existsSync, readFileSync } from 'node:fs';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { LocalCloudError } from '../../errors.ts';
import { writeAtomically } from '../../files.ts';

export interface SigningKey {
  readonly privateKey: CryptoKey;
  /** With its `kid`, as the key set shows it. */
  readonly publicJwk: JWK;
}

/** The issuer's RSA key: read from the file, or made and kept there, so that tokens outlive a restart. */
export async function signingKey(file: string | undefined): Promise<SigningKey> {
  const jwk = file && existsSync(file) ? readKey(file) : await makeKey();
  if (file && !existsSync(file)) writeAtomically(file, JSON.stringify(jwk), 0o600);
  const { kty, n, e } = jwk;
  const kid = await calculateJwkThumbprint(jwk);
  return {
    privateKey: (await importJWK(jwk, 'RS256')) as CryptoKey,
    publicJwk: { kty, n, e, kid, alg: 'RS256', use: 'sig' } as JWK,
  };
}

function readKey(file: string): JWK {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  } catch (error) {
    throw new LocalCloudError(
      `The issuer's key in ${file} cannot be read. Delete the file, and a new one is made.`,
      {
        cause: error,
      },
    );
  }
}

async function makeKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return exportJWK(privateKey);
}
