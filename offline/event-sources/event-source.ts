import type { AwsClient } from '../aws/client.ts';
import type { Functions } from '../services/service.ts';
import type { Targets } from '../services/targets.ts';
import type { Store } from '../store.ts';

/** What Lambda polls for a function, and what it needs for that. Each folder here is one kind. */
export interface Surroundings {
  readonly aws: AwsClient;
  readonly functions: Functions;
  readonly targets: Targets;
  readonly store: Store;
  readonly region: string;
  readonly now: () => number;
}

/** A running event source; after `stop` it begins nothing new. */
export interface EventSource {
  stop(): void;
}

/** Lambda takes no larger event. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_EVENT_BYTES = 6 * 1024 * 1024;

/**
 * Which records of a batch a function reports as failed: their identifiers, or `all`. A response that cannot be
 * understood fails the batch as a whole.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function reportedFailures(payload: string, known: ReadonlySet<string>): ReadonlySet<string> | 'all' {
  const response: unknown = JSON.parse(payload);
  if (response === null || typeof response !== 'object') return response === null ? new Set() : 'all';
  const { batchItemFailures: failures = null } = response as { batchItemFailures?: unknown };
  if (failures === null) return new Set();
  if (!Array.isArray(failures)) return 'all';
  const identifiers = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  const areKnown = identifiers.every((identifier) => known.has(identifier as string));
  return areKnown ? new Set(identifiers as string[]) : 'all';
}

const ENVELOPE_BYTES = 1_024;

/** The records in as few batches as an event can hold, in their order. */
export function withinLimit<Entry>(records: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of records) {
    const size = Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (bytes + size > MAX_EVENT_BYTES - ENVELOPE_BYTES) {
      batches.push([]);
      bytes = 0;
    }
    bytes += size;
    batches.at(-1)?.push(entry);
  }
  return batches;
}
