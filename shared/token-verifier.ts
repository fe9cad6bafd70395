import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { DependencyFailed, TokenRefused } from './errors.ts';

interface Issuer {
  readonly url: string;
  /** That a token must be for. */
  readonly audience: string;
  readonly now: () => Date;
}

/** What a token that was verified says. */
export interface VerifiedToken {
  /** Whom it is about; of a client without a user perhaps nobody. */
  readonly subject: string | undefined;
  readonly scopes: readonly string[];
  /** In seconds since the epoch. */
  readonly expiresAt: number;
}

const TIMEOUT_MS = 3_000;

/**
 * Verifies tokens by the rules of HTTP APIs, so that one that is good there is good here. The issuer's keys are found as
 * OpenID Connect says, when the first token comes, and kept for a while.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 *
 * What it answers throws TokenRefused, and DependencyFailed when the issuer does not answer.
 */
export function tokenVerifier({ url, audience, now }: Issuer): (token: string) => Promise<VerifiedToken> {
  let found: Promise<JWTVerifyGetKey> | undefined;
  const keys = () => {
    found ??= keysOf(url).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };

  return async (token) => {
    const issuerKeys = await keys();
    const time = now();
    const { payload } = await jwtVerify(token, issuerKeys, {
      algorithms: ['RS256', 'RS384', 'RS512'],
      issuer: url,
      requiredClaims: ['exp'],
      currentDate: time,
    }).catch((cause: unknown) => {
      throw refusal(cause);
    });
    // The audience may stand in client_id instead, as in the access tokens of a user pool.
    if (![payload.aud ?? payload.client_id].flat().includes(audience)) {
      throw new TokenRefused('The token is for somebody else.');
    }
    if (payload.iat !== undefined && payload.iat > time.getTime() / 1_000 + 1) {
      throw new TokenRefused('The token is issued in the future.');
    }
    return { subject: payload.sub, scopes: scopesOf(payload), expiresAt: Number(payload.exp) };
  };
}

async function keysOf(issuer: string): Promise<JWTVerifyGetKey> {
  const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const response = await fetch(discovery, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`${discovery} answers ${response.status}.`);
    const { jwks_uri } = (await response.json()) as { jwks_uri?: string };
    return createRemoteJWKSet(new URL(String(jwks_uri)), { timeoutDuration: TIMEOUT_MS });
  } catch (cause) {
    throw new DependencyFailed('The issuer of tokens does not tell its keys.', { cause });
  }
}

/** Of what jose throws, these are about the token; anything else is about the issuer's keys. */
const ABOUT_THE_TOKEN = [
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWTClaimValidationFailed,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

function refusal(cause: unknown): Error {
  if (cause instanceof errors.JWTExpired) return new TokenRefused('The token has expired.', { cause });
  return ABOUT_THE_TOKEN.some((kind) => cause instanceof kind)
    ? new TokenRefused('The token is not valid.', { cause })
    : new DependencyFailed('The keys of the issuer of tokens cannot be had.', { cause });
}

function scopesOf({ scope, scp }: JWTPayload): string[] {
  const granted = scope ?? scp ?? [];
  return Array.isArray(granted) ? granted.map(String) : String(granted).split(' ').filter(Boolean);
}
