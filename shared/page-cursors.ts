import { createHmac, timingSafeEqual } from 'node:crypto';
import { InvalidInput } from './errors.ts';

/**
 * Turns a position in a listing into an opaque token and back. `scope` is what the listing depends on (its name,
 * its filters and, where it is private, its reader): a token opens only in the scope it was sealed in.
 */
export interface PageCursors {
  seal(position: string, scope: readonly string[]): Promise<string>;
  /** @throws InvalidCursor when the token was not sealed here, or not for this scope */
  open(token: string, scope: readonly string[]): Promise<string>;
}

export class InvalidCursor extends InvalidInput {
  constructor() {
    super('The cursor does not belong to this listing.', [
      { in: 'query', pointer: '/cursor', detail: 'must be the nextCursor of a page of the same listing' },
    ]);
  }
}

/**
 * Cursors signed with HMAC-SHA-256: base64url(position) "." base64url(signature over scope and position).
 * The position is not secret, only not to be made up.
 */
export function signedPageCursors(signingKey: () => Promise<Uint8Array>): PageCursors {
  const seal = async (position: string, scope: readonly string[]) => {
    const signature = createHmac('sha256', await signingKey())
      .update(JSON.stringify([scope, position]))
      .digest('base64url');
    return `${Buffer.from(position).toString('base64url')}.${signature}`;
  };

  return {
    seal,

    async open(token, scope) {
      const position = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString();
      // The whole token and not its bytes: base64 has several spellings of the same bytes, and one of them is ours.
      const expected = Buffer.from(await seal(position, scope));
      const given = Buffer.from(token);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new InvalidCursor();
      return position;
    },
  };
}
