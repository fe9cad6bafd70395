/**
 * The base of every error that the domain and the adapters throw on purpose.
 *
 * `code` is stable and machine-readable: `shared/middleware` maps it to an HTTP status, a state machine
 * catches it by `name`. `retryable` says whether the very same call may succeed later. `cause` keeps the
 * original error for the log; it never reaches a caller.
 */
export abstract class ShopError extends Error {
  abstract readonly code: string;
  readonly retryable: boolean = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** One field that did not pass validation; `pointer` is a JSON Pointer (RFC 6901) into the named part. */
export interface InvalidField {
  readonly in: 'body' | 'query' | 'path' | 'header';
  readonly pointer: string;
  readonly detail: string;
}

/** The input does not have the shape or the range that the operation takes. */
export class InvalidInput extends ShopError {
  override readonly code = 'INVALID_INPUT';
  readonly fields: readonly InvalidField[];

  constructor(message: string, fields: readonly InvalidField[] = [], options?: ErrorOptions) {
    super(message, options);
    this.fields = fields;
  }
}

/** The thing asked for does not exist, or does not exist for this caller. */
export class NotFound extends ShopError {
  override readonly code = 'NOT_FOUND';
}

/** The current state of the thing refuses the operation; another operation may be needed first. */
export class Conflict extends ShopError {
  override readonly code = 'CONFLICT';
}

/** A precondition that the caller gave (`If-Match`) does not hold. */
export class PreconditionFailed extends ShopError {
  override readonly code = 'PRECONDITION_FAILED';
}

/** What would be stored is larger than the store takes. */
export class TooLarge extends ShopError {
  override readonly code = 'TOO_LARGE';
}

/** A dependency did not answer, or answered that it cannot now. */
export class DependencyFailed extends ShopError {
  override readonly code = 'DEPENDENCY_FAILED';
  override readonly retryable = true;
}

/** A dependency refused the call because too many come in; the caller may try again after a moment. */
export class Throttled extends ShopError {
  override readonly code = 'THROTTLED';
  override readonly retryable = true;
}

/** The idempotency key was used before, for a request with another content. */
export class IdempotencyKeyReused extends ShopError {
  override readonly code = 'IDEMPOTENCY_KEY_REUSED';
}

/** The first request with this idempotency key has not ended yet. */
export class RequestInProgress extends ShopError {
  override readonly code = 'REQUEST_IN_PROGRESS';
  override readonly retryable = true;
}

/** The body is of a kind that the operation does not read. */
export class UnsupportedMediaType extends ShopError {
  override readonly code = 'UNSUPPORTED_MEDIA_TYPE';
}

/** Nobody's token, or not one for this API. */
export class TokenRefused extends ShopError {
  override readonly code = 'UNAUTHORIZED';
}
