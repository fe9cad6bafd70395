import type { InvocationEntry } from '../log.ts';

const KEPT = 200;

/** What the last invocations were, without what they were given or said. */
export interface RecentInvocation {
  /** Counts the invocations since the start. */
  readonly number: number;
  readonly at: string;
  readonly function: string;
  readonly trigger: string;
  readonly status: number | string;
  readonly durationMs: number;
  readonly requestId: string;
  /** Whether its instance had to load the code first. */
  readonly isCold: boolean;
}

/** What an invocation printed, and how it failed, in text. */
export interface InvocationLines {
  readonly printed: string;
  readonly error: string | null;
}

export class RecentInvocations {
  #count = 0;
  readonly #entries: (RecentInvocation & InvocationLines)[] = [];

  add({ functionKey, trigger, status, invoked }: InvocationEntry): void {
    this.#count += 1;
    this.#entries.push({
      number: this.#count,
      at: new Date().toISOString(),
      function: functionKey,
      trigger,
      status,
      durationMs: Math.round(invoked.durationMs),
      requestId: invoked.requestId,
      isCold: invoked.isCold,
      printed: invoked.printed,
      error: 'error' in invoked ? `${invoked.error.errorType}: ${invoked.error.errorMessage}` : null,
    });
    if (this.#entries.length > KEPT) this.#entries.shift();
  }

  /** The newest first. */
  list(): RecentInvocation[] {
    return this.#entries.toReversed().map(({ printed: _, error: __, ...shown }) => shown);
  }

  /** Nothing when the invocation is no longer among the last. */
  lines(number: number): InvocationLines | undefined {
    const found = this.#entries.find((entry) => entry.number === number);
    return found && { printed: found.printed, error: found.error };
  }
}
