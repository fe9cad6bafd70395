import { ShopError, TokenRefused } from '../../../../shared/errors.ts';

/** The token does not allow what is asked for. */
export class ScopeMissing extends ShopError {
  override readonly code = 'FORBIDDEN';
}

/** What a token allows. @throws TokenRefused; DependencyFailed when its issuer does not answer */
export type VerifyToken = (token: string) => Promise<{ readonly scopes: readonly string[] }>;

/** Lets a bearer of the scope through. @throws TokenRefused, ScopeMissing, DependencyFailed */
export async function authorize(
  verify: VerifyToken,
  authorization: string | undefined,
  scope: string,
): Promise<void> {
  if (!authorization) throw new TokenRefused('A token is needed.');
  const { scopes } = await verify(authorization.replace(/^Bearer\s+/i, ''));
  if (!scopes.includes(scope)) throw new ScopeMissing(`The token needs the scope ${scope}.`);
}
