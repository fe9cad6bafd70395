import { InvalidInput } from '../errors.ts';
import type { HttpRequest } from './http.ts';

/** Who asks, by the token's `sub`. @throws InvalidInput for a token without one */
export function callerOf({ caller }: Pick<HttpRequest, 'caller'>): string {
  if (caller) return caller;
  throw new InvalidInput('The token names nobody.', [
    { in: 'header', pointer: '/authorization', detail: 'must be a token with a subject' },
  ]);
}
