import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { isRecord } from '../cloudformation/template.ts';
import type { JwtAuthorizer } from './event.ts';
import { type HttpResponse, message } from './response.ts';

/** A JWT authorizer of the API, with its references resolved. */
export interface Authorizer {
  /** The header that carries the token, in lower case. */
  readonly header: string;
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly keys: JWTVerifyGetKey;
}

/**
 * Lets a request in, or says how it is refused, by the rules of HTTP APIs.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export async function authorize(
  authorizer: Authorizer,
  header: string | undefined,
  requiredScopes: readonly string[],
): Promise<JwtAuthorizer | HttpResponse> {
  if (!header) return unauthorized('Bearer');
  let claims: JWTPayload;
  try {
    claims = await verify(authorizer, header.replace(/^Bearer\s+/i, ''));
  } catch (error) {
    const reason = error instanceof errors.JWTExpired ? 'the token has expired' : 'the token is not valid';
    return unauthorized(`Bearer scope="" error="invalid_token" error_description="${reason}"`);
  }
  const granted = scopesOf(claims);
  if (requiredScopes.length > 0 && !requiredScopes.some((scope) => granted.includes(scope))) {
    return message(403, 'Forbidden', {
      'www-authenticate': `Bearer scope="${requiredScopes.join(' ')}" error="insufficient_scope"`,
    });
  }
  return {
    claims: Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, claimText(value)])),
    scopes: requiredScopes.length > 0 ? granted : null,
  };
}

async function verify({ issuer, audience, keys }: Authorizer, token: string): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys, {
    algorithms: ['RS256', 'RS384', 'RS512'],
    issuer,
    requiredClaims: ['exp'],
  });
  // The audience may stand in client_id instead, as in the access tokens of a user pool.
  const intended = [payload.aud ?? payload.client_id].flat();
  if (!intended.some((entry) => audience.includes(String(entry)))) throw new Error('wrong audience');
  if (payload.iat !== undefined && payload.iat > Date.now() / 1_000 + 1) throw new Error('not issued yet');
  return payload;
}

function scopesOf({ scope, scp }: JWTPayload): string[] {
  const declared = scope ?? scp ?? [];
  return Array.isArray(declared) ? declared.map(String) : String(declared).split(' ').filter(Boolean);
}

/** Claims reach a function as text: a list as `[a b]`. */
function claimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`;
  return isRecord(value) ? JSON.stringify(value) : String(value);
}

function unauthorized(challenge: string): HttpResponse {
  return message(401, 'Unauthorized', { 'www-authenticate': challenge });
}
