import type { RequestKey } from './item.ts';

/** A request that its sender may repeat: the same caller, key and content mean the same request. */
export interface RepeatableRequest extends RequestKey {
  readonly content: unknown;
  /** Time left to do the work, in milliseconds; a request that takes longer is taken for dead. */
  readonly remainingTimeMs: number;
}

/**
 * Does the work of a request once and gives its first answer to every repetition.
 * @throws IdempotencyKeyReused when the key came with another content, RequestInProgress while the first runs
 */
export type OncePerKey = <Answer>(request: RepeatableRequest, work: () => Promise<Answer>) => Promise<Answer>;
