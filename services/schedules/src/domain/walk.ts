import { ShopError } from '../../../../shared/errors.ts';

/** What a clean-up looks after. */
export const KINDS = ['abandonedOrders', 'uploads', 'requestKeys', 'sentAlerts'] as const;
export type KindName = (typeof KINDS)[number];

/** Where a walk goes on: the key of the last row that it has left behind. */
export type Position = Readonly<Record<string, string>>;

export interface Page<Thing> {
  readonly things: readonly Thing[];
  /** Nothing: this was the last page. */
  readonly next?: Position | undefined;
}

/** Where walks have come to, by kind. */
export interface Positions {
  find(kind: KindName): Promise<Position | undefined>;
  /** No position: the next walk begins at the beginning. */
  save(kind: KindName, position: Position | undefined): Promise<void>;
}

/** What a walk has seen and done; `isWhole` says that it came to the end. */
export interface Tally {
  readonly seen: number;
  readonly cleaned: number;
  readonly failed: number;
  readonly isWhole: boolean;
}

/** The order to clean one kind. */
export interface Task {
  /** By when things have to have expired: the earliest of all clocks that were asked. */
  readonly cutOff: Date;
  /** Only count. */
  readonly dryRun: boolean;
  readonly remainingTimeMs: () => number;
  readonly onFailure: (id: string, error: unknown) => void;
}

/** One kind of things, and how they are cleaned. */
export interface Kind {
  readonly name: KindName;
  clean(task: Task): Promise<Tally>;
}

/** Things that are walked through page by page. */
export interface Walked<Thing> {
  readonly name: KindName;
  page(position: Position | undefined, task: Task): Promise<Page<Thing>>;
  idOf(thing: Thing): string;
  /** Answers whether there was something to clean, and does it unless the task is a dry run. */
  clean(thing: Thing, task: Task): Promise<boolean>;
}

const MOST_AT_ONCE = 10_000;
const TOGETHER = 10;
/** Longer than ten things take at the slowest. */
const MARGIN_MS = 10_000;

/**
 * Makes a kind of things that are walked through: from where the last walk ended, as far as the time goes, and ten
 * thousand things at most. What fails is left to the next walk; a page that cannot be read ends this one.
 */
export const walkedKind = <Thing>(things: Walked<Thing>, positions: Positions): Kind => ({
  name: things.name,
  async clean(task) {
    const count = { seen: 0, cleaned: 0, failed: 0 };
    let position = task.dryRun ? undefined : await positions.find(things.name);
    const isOver = () => task.remainingTimeMs() < MARGIN_MS || count.cleaned >= MOST_AT_ONCE;
    // Also between pages: those of a large table in which nothing has expired are many and empty.
    while (!isOver()) {
      const page = await things.page(position, task);
      for (let first = 0; first < page.things.length; first += TOGETHER) {
        if (isOver()) return { ...count, isWhole: false };
        await Promise.all(page.things.slice(first, first + TOGETHER).map(cleanOne));
      }
      position = page.next;
      if (!task.dryRun) await positions.save(things.name, position);
      if (!position) return { ...count, isWhole: true };
    }
    return { ...count, isWhole: false };

    async function cleanOne(thing: Thing): Promise<void> {
      count.seen += 1;
      try {
        if (await things.clean(thing, task)) count.cleaned += 1;
      } catch (error) {
        count.failed += 1;
        task.onFailure(things.idOf(thing), error);
      }
    }
  },
});

/** Some kinds could not be walked through at all. */
export class CleanUpFailed extends ShopError {
  override readonly code = 'CLEAN_UP_FAILED';
  override readonly retryable = true;

  constructor(kinds: readonly KindName[], options?: ErrorOptions) {
    super(`Not cleaned: ${kinds.join(', ')}.`, options);
  }
}
