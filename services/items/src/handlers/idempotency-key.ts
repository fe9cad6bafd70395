import { InvalidInput } from '../../../../shared/errors.ts';
import type { HttpRequest } from '../../../../shared/middleware/http.ts';
import type { RequestKey } from '../domain/item.ts';

/** The caller's name for the request, by its Idempotency-Key header; none when there is no header. */
export function requestKeyOf({
  headers,
  caller = '',
}: Pick<HttpRequest, 'headers' | 'caller'>): RequestKey | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return { caller, key };
  throw new InvalidInput('The Idempotency-Key is not valid.', [
    { in: 'header', pointer: '/idempotency-key', detail: 'must be 1 to 255 printable ASCII characters' },
  ]);
}
