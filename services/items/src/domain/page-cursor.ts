import { InvalidInput } from '../../../../shared/errors.ts';

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
