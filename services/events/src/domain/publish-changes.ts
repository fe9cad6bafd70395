import type { Change } from './change.ts';
import type { ShopEvent } from './shop-event.ts';

/** An event that the bus did not take, and why. */
export interface Refusal {
  readonly event: ShopEvent;
  readonly cause: unknown;
}

/** Where events are published; those given at once may arrive in any order. */
export interface EventBus {
  /** Answers the events that are not published. */
  publish(events: readonly ShopEvent[]): Promise<readonly Refusal[]>;
}

export interface PublishDependencies<Kept extends Change> {
  readonly bus: EventBus;
  /** What the change means to others, with the name of what it is a change of: events of one name keep their order. */
  readonly eventOf: (change: Kept) => { readonly key: string; readonly event: ShopEvent } | undefined;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  readonly onPublished: (event: ShopEvent) => void;
  readonly onRefused: (refusal: Refusal) => void;
}

/** How often in a row the bus may refuse something before it is left to a later invocation. */
const ATTEMPTS = 3;
const PAUSE_MS = 100;

/**
 * Publishes what the changes mean to others, at least once each. Events of one key go out one after another, so that
 * none overtakes an earlier one that was refused; what is refused is tried again with what comes next of other keys.
 * Answers the first change whose event is not published.
 */
export async function publishChanges<Kept extends Change>(
  { bus, eventOf, pause, onPublished, onRefused }: PublishDependencies<Kept>,
  changes: readonly Kept[],
): Promise<Kept | undefined> {
  let waiting = changes.flatMap((change) => {
    const found = eventOf(change);
    return found ? [{ change, ...found }] : [];
  });
  for (let refusedInARow = 0; waiting.length > 0; ) {
    const next = firstOfEachKey(waiting);
    const refusals = await bus.publish(next.map(({ event }) => event));
    const refused = new Set(refusals.map(({ event }) => event));
    waiting = waiting.filter((entry) => !next.includes(entry) || refused.has(entry.event));
    for (const { event } of next) if (!refused.has(event)) onPublished(event);
    refusals.forEach(onRefused);
    refusedInARow = refusals.length > 0 ? refusedInARow + 1 : 0;
    if (refusedInARow === ATTEMPTS) break;
    if (refusals.length > 0) await pause(PAUSE_MS * refusedInARow);
  }
  return waiting[0]?.change;
}

function firstOfEachKey<Entry extends { readonly key: string }>(entries: readonly Entry[]): Entry[] {
  const first = new Map<string, Entry>();
  for (const entry of entries) if (!first.has(entry.key)) first.set(entry.key, entry);
  return [...first.values()];
}
