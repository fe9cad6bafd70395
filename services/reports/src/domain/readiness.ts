/** Whether the process can do its work, part by part. */
export interface Readiness {
  readonly isReady: boolean;
  readonly database: 'up' | 'down';
  readonly queue: 'up' | 'down';
}

interface ReadinessDependencies {
  /** Each of them fails when the part cannot be used. */
  readonly database: () => Promise<void>;
  readonly queue: () => Promise<void>;
  /** In milliseconds, from any start. */
  readonly now: () => number;
}

/** Anybody may ask, and as often as they like: the parts are asked once in this time. */
const FRESH_MS = 1_000;

/** Answers whether the parts can be used, from what is known or by asking them once for all who wait. */
export function readiness({ database, queue, now }: ReadinessDependencies): () => Promise<Readiness> {
  let known: { readonly at: number; readonly answer: Promise<Readiness> } | undefined;
  const stateOf = async (probe: () => Promise<void>) =>
    probe().then(
      () => 'up' as const,
      () => 'down' as const,
    );
  async function ask(): Promise<Readiness> {
    const [databaseState, queueState] = await Promise.all([stateOf(database), stateOf(queue)]);
    return {
      isReady: databaseState === 'up' && queueState === 'up',
      database: databaseState,
      queue: queueState,
    };
  }
  return () => {
    if (!known || now() - known.at >= FRESH_MS) known = { at: now(), answer: ask() };
    return known.answer;
  };
}
