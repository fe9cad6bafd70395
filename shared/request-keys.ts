import { IdempotencyKeyReused } from './errors.ts';

/** How long the Idempotency-Key of a request is remembered: a day. */
export const KEYS_KEPT_SECONDS = 24 * 60 * 60;

/** The refusal of a key that is remembered for a request with another content. */
export const keyReused = (cause: unknown): IdempotencyKeyReused =>
  new IdempotencyKeyReused('This Idempotency-Key was used for a request with another body.', { cause });
