import { InvalidInput } from '../errors.ts';
import type { HttpRequest } from './http.ts';

/** Who asks, and the name that the caller gave to the request. */
interface RequestKey {
  readonly caller: string;
  readonly key: string;
}

type Asked = Pick<HttpRequest, 'headers' | 'caller'>;

/** The caller's name for the request, by its Idempotency-Key header; none when there is no header. */
export function requestKeyOf({ headers, caller = '' }: Asked): RequestKey | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return { caller, key };
  throw refusal('The Idempotency-Key is not valid.', 'must be 1 to 255 printable ASCII characters');
}

/** The same for an operation that must not be done without one. @throws InvalidInput when there is no header */
export function requiredRequestKeyOf(request: Asked): RequestKey {
  const key = requestKeyOf(request);
  if (key) return key;
  throw refusal('An Idempotency-Key is needed.', 'is required');
}

const refusal = (message: string, detail: string) =>
  new InvalidInput(message, [{ in: 'header', pointer: '/idempotency-key', detail }]);
