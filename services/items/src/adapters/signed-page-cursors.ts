import { createHmac, timingSafeEqual } from 'node:crypto';
import { InvalidCursor, type PageCursors } from '../domain/page-cursor.ts';

/**
 * Cursors signed with HMAC-SHA-256: base64url(position) "." base64url(signature over scope and position).
 * The position is not secret, only not to be made up.
 */
export function signedPageCursors(signingKey: () => Promise<Uint8Array>): PageCursors {
  const sign = async (position: string, scope: readonly string[]) =>
    createHmac('sha256', await signingKey())
      .update(JSON.stringify([scope, position]))
      .digest();

  return {
    async seal(position, scope) {
      const signature = await sign(position, scope);
      return `${Buffer.from(position).toString('base64url')}.${signature.toString('base64url')}`;
    },

    async open(token, scope) {
      const [encoded = '', signature = '', ...rest] = token.split('.');
      const position = Buffer.from(encoded, 'base64url').toString();
      const expected = await sign(position, scope);
      const given = Buffer.from(signature, 'base64url');
      if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new InvalidCursor();
      }
      return position;
    },
  };
}
