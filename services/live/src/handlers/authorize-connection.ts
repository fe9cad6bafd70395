import * as z from 'zod/mini';
import { readEnv } from '../../../../shared/env.ts';
import { ShopError, TokenRefused } from '../../../../shared/errors.ts';
import { logger } from '../../../../shared/logger.ts';
import { invocationHandler } from '../../../../shared/middleware/invocation.ts';
import { inShape } from '../../../../shared/middleware/shape.ts';
import { tokenVerifier, type VerifiedToken } from '../../../../shared/token-verifier.ts';
import { headerOf, offeredProtocols, PROTOCOL } from './messages.ts';

interface Dependencies {
  readonly verify: (token: string) => Promise<VerifiedToken>;
}

const SCOPE = 'shop/orders';

const opening = z.object({
  methodArn: z.string(),
  headers: z._default(z.record(z.string(), z.string()), {}),
});
type Opening = z.output<typeof opening>;

/** In place of an answer: API Gateway makes 401 of an error of just these words, and 500 of any other. */
class Unauthorized extends ShopError {
  override readonly code = 'UNAUTHORIZED';
}

/**
 * Lets in who has a token with the scope, and tells the other functions whose connection it is and when its token ends.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export const respondWith =
  ({ verify }: Dependencies) =>
  async ({ methodArn, headers }: Opening) => {
    const token = tokenIn(headers);
    if (!token) throw new Unauthorized('Unauthorized');
    const { subject, scopes, expiresAt } = await verify(token).catch((error: unknown) => {
      if (!(error instanceof TokenRefused)) throw error;
      throw new Unauthorized('Unauthorized', { cause: error });
    });
    const isAllowed = subject !== undefined && scopes.includes(SCOPE);
    if (!isAllowed) logger.warn('A token does not let its bearer connect.');
    return {
      principalId: subject ?? 'nobody',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Action: 'execute-api:Invoke', Effect: isAllowed ? 'Allow' : 'Deny', Resource: methodArn },
        ],
      },
      context: { customerId: subject ?? '', tokenEndsAt: expiresAt },
    };
  };

/** Pages cannot set the header for it, and name the token as a protocol. A query would stand in logs. */
function tokenIn(headers: Readonly<Record<string, string>>): string | undefined {
  const authorization = headerOf(headers, 'authorization');
  if (authorization) return authorization.replace(/^Bearer\s+/i, '');
  return offeredProtocols(headers).find((name) => name !== PROTOCOL);
}

const { ISSUER_URL, TOKEN_AUDIENCE } = readEnv(['ISSUER_URL', 'TOKEN_AUDIENCE']);

export const handler = invocationHandler(
  'authorization',
  (event) => inShape(opening, event, 'The request to connect'),
  respondWith({
    verify: tokenVerifier({ url: ISSUER_URL, audience: TOKEN_AUDIENCE, now: () => new Date() }),
  }),
);
