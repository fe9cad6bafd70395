import { type InvalidField, InvalidInput, ShopError } from '../errors.ts';

/** Problem details for HTTP APIs (RFC 9457), with the request's id and the fields that are wrong. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly InvalidField[];
  readonly requestId: string;
}

/** What a caller sees of each error code. The text of an error above 499 never leaves the function. */
const answers: Readonly<Record<string, { status: number; title: string; retryAfterSeconds?: number }>> = {
  INVALID_INPUT: { status: 400, title: 'Invalid input' },
  UNAUTHORIZED: { status: 401, title: 'Unauthorized' },
  FORBIDDEN: { status: 403, title: 'Forbidden' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  CONFLICT: { status: 409, title: 'Conflict' },
  ORDER_MOVED: { status: 409, title: 'Order moved', retryAfterSeconds: 1 },
  REQUEST_IN_PROGRESS: { status: 409, title: 'Request in progress', retryAfterSeconds: 1 },
  PRECONDITION_FAILED: { status: 412, title: 'Precondition failed' },
  TOO_LARGE: { status: 413, title: 'Content too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Unsupported media type' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'Idempotency key reused' },
  THROTTLED: { status: 429, title: 'Too many requests', retryAfterSeconds: 1 },
  DEPENDENCY_FAILED: { status: 503, title: 'Service unavailable', retryAfterSeconds: 1 },
};
const internal = { code: 'INTERNAL', status: 500, title: 'Internal error' };

/** The answer to an error: its status, the problem document, and after how many seconds to try again. */
export function problemOf(
  error: unknown,
  requestId: string,
): { problem: Problem; retryAfterSeconds?: number } {
  const code = error instanceof ShopError && answers[error.code] ? error.code : internal.code;
  const { status, title, retryAfterSeconds } = answers[code] ?? { ...internal, retryAfterSeconds: undefined };
  const type = `urn:shop:problem:${code.toLowerCase().replaceAll('_', '-')}`;
  const fields = error instanceof InvalidInput ? error.fields : [];
  return {
    problem: {
      type,
      title,
      status,
      ...(status < 500 && error instanceof Error && { detail: error.message }),
      ...(fields.length > 0 && { errors: fields }),
      requestId,
    },
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}
