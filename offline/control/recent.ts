import type { InvocationEntry } from '../log.ts';

const KEPT = 200;

/** What the last invocations were, without what they were given or said. */
export interface RecentInvocation {
  readonly at: string;
  readonly function: string;
  readonly trigger: string;
  readonly status: number | string;
  readonly durationMs: number;
  readonly requestId: string;
}

export class RecentInvocations {
  readonly #entries: RecentInvocation[] = [];

  add({ functionKey, trigger, status, invoked }: InvocationEntry): void {
    this.#entries.push({
      at: new Date().toISOString(),
      function: functionKey,
      trigger,
      status,
      durationMs: Math.round(invoked.durationMs),
      requestId: invoked.requestId,
    });
    if (this.#entries.length > KEPT) this.#entries.shift();
  }

  /** The newest first. */
  list(): RecentInvocation[] {
    return this.#entries.toReversed();
  }
}
