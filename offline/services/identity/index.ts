import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createLocalJWKSet, type JWTVerifyGetKey, SignJWT } from 'jose';
import { messageOf } from '../../errors.ts';
import { type Serving, serve } from '../../serve.ts';
import type { Provisioner } from '../service.ts';
import { type SigningKey, signingKey } from './keys.ts';

/** What a token is asked for; `expires` is in seconds from now and may lie in the past. */
export interface TokenRequest {
  readonly sub?: string;
  readonly scope?: string;
  readonly audience?: string;
  readonly expires?: number;
}

export interface Issuer extends Serving {
  /** Finds the public key that a token names. */
  readonly keys: JWTVerifyGetKey;
  /** The audience of a token that asks for none. */
  audience: string;
  token(request: TokenRequest): Promise<string>;
}

/** Starts the OpenID Connect issuer that takes a user pool's place. */
export async function startIssuer(port: number, keyFile: string | undefined): Promise<Issuer> {
  const key = await signingKey(keyFile);
  const serving = await serve(port, (request, response) => {
    answer(issuer, key, request, response).catch((error: unknown) => {
      reply(response, 400, { error: 'invalid_request', error_description: messageOf(error) });
    });
  });
  const issuer: Issuer = {
    ...serving,
    keys: createLocalJWKSet({ keys: [key.publicJwk] }),
    audience: 'local',
    token: (request) => sign(key, issuer, request),
  };
  return issuer;
}

async function answer(
  issuer: Issuer,
  key: SigningKey,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /.well-known/openid-configuration':
      reply(response, 200, {
        issuer: issuer.url,
        jwks_uri: `${issuer.url}/jwks`,
        response_types_supported: ['token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
      return;
    case 'GET /jwks':
      reply(response, 200, { keys: [key.publicJwk] });
      return;
    case 'POST /token':
      // A web page cannot send this type to another origin, so that no page can ask for a token.
      if (request.headers['content-type'] !== 'application/json') throw new Error('send application/json');
      reply(response, 200, {
        access_token: await issuer.token(JSON.parse(await text(request)) as TokenRequest),
        token_type: 'Bearer',
      });
      return;
    default:
      reply(response, 404, { error: 'not_found' });
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sign({ privateKey, publicJwk }: SigningKey, issuer: Issuer, request: TokenRequest): Promise<string> {
  const audience = request.audience ?? issuer.audience;
  const now = Math.floor(Date.now() / 1_000);
  const expiresAt = now + (request.expires ?? 3_600);
  return new SignJWT({
    client_id: audience,
    token_use: 'access',
    ...(request.scope && { scope: request.scope }),
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: publicJwk.kid ?? '' })
    .setIssuer(issuer.url)
    .setSubject(request.sub ?? 'local-user')
    .setAudience(audience)
    .setIssuedAt(Math.min(now, expiresAt))
    .setExpirationTime(expiresAt)
    .setJti(crypto.randomUUID())
    .sign(privateKey);
}

/** A user pool and what belongs to it, as far as other resources and the API's authorizer refer to them. */
export function userPools(issuerUrl: string, region: string): Provisioner {
  return {
    resourceTypes: [
      'AWS::Cognito::UserPool',
      'AWS::Cognito::UserPoolClient',
      'AWS::Cognito::UserPoolDomain',
      'AWS::Cognito::UserPoolResourceServer',
    ],
    async provision({ logicalId, type, properties }) {
      if (type === 'AWS::Cognito::UserPool') {
        const ref = `${region}_local`;
        return {
          ref,
          attributes: {
            UserPoolId: ref,
            ProviderURL: issuerUrl,
            ProviderName: issuerUrl.replace(/^\w+:\/\//, ''),
            Arn: `arn:aws:cognito-idp:${region}:000000000000:userpool/${ref}`,
          },
        };
      }
      const ref = String(properties.ClientName ?? properties.Domain ?? properties.Identifier ?? logicalId);
      return { ref, attributes: { ClientId: ref } };
    },
  };
}
