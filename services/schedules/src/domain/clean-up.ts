import { CleanUpFailed, type Kind, type KindName, type Tally, type Task } from './walk.ts';

/** A right that one process has at a time. */
export interface Lease {
  /** Whether it is free now, and from now on the owner's until a time; both in milliseconds since the epoch. */
  take(owner: string, now: number, until: number): Promise<boolean>;
  release(owner: string): Promise<void>;
}

/** What a run is asked for. */
export interface CleanUpOrder {
  /** When it was due; nothing when it was asked for by hand. */
  readonly time: Date | undefined;
  /** Only look, and say what would be cleaned. */
  readonly dryRun: boolean;
  /** All of them, unless this run goes on where another has ended. */
  readonly kinds: readonly KindName[];
  /** How many runs it goes on from. */
  readonly continuation: number;
  readonly remainingTimeMs: () => number;
}

export interface CleanUpDependencies {
  readonly kinds: readonly Kind[];
  readonly lease: Lease;
  /** The clock of those who keep the things. */
  readonly storeTime: () => Promise<Date>;
  readonly now: () => Date;
  readonly newOwner: () => string;
  /** Has the rest cleaned, soon. */
  readonly goOn: (
    rest: Pick<CleanUpOrder, 'kinds' | 'continuation'> & { readonly time: Date },
  ) => Promise<void>;
  readonly onFailure: (kind: KindName, id: string | undefined, error: unknown) => void;
}

/** What a run has seen and done, by kind; `isWhole` says that it came to the end of each. */
export interface CleanUp {
  readonly cutOff: Date;
  readonly dryRun: boolean;
  readonly kinds: Readonly<Partial<Record<KindName, Tally>>>;
  readonly isWhole: boolean;
}

/** Lambda ends a chain of about 16 invocations. https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html */
const MOST_CONTINUATIONS = 10;
/** For what comes after the kinds. */
const MARGIN_MS = 5_000;

/**
 * Cleans what has expired, one run at a time. No clock that is ahead makes anything expire sooner: the earliest of
 * the event's, the own and the stores' counts. What there is no time for is left to a run that follows at once, or to
 * that of the next day. Answers nothing when another run is under way.
 * @throws CleanUpFailed when a kind could not be walked through; the others are cleaned all the same
 */
export async function cleanUp(
  { kinds, lease, storeTime, now, newOwner, goOn, onFailure }: CleanUpDependencies,
  { time, dryRun, continuation, remainingTimeMs, ...order }: CleanUpOrder,
): Promise<CleanUp | undefined> {
  const storesNow = await storeTime();
  const cutOff = new Date(Math.min(storesNow.getTime(), now().getTime(), time?.getTime() ?? Infinity));
  const asked = kinds.filter(({ name }) => order.kinds.includes(name));
  if (dryRun) return summed(await cleanEach());

  // All runs go by one clock here: with two that differ, one would take the other's right for expired.
  const owner = newOwner();
  const began = storesNow.getTime();
  if (!(await lease.take(owner, began, began + remainingTimeMs()))) return undefined;
  const done = await cleanEach().finally(() => lease.release(owner));

  const failed = done.filter(({ error }) => error !== undefined);
  if (failed.length > 0) {
    const names = failed.map(({ name }) => name);
    throw new CleanUpFailed(names, { cause: failed[0]?.error });
  }
  const rest = done.filter(({ tally }) => !tally.isWhole).map(({ name }) => name);
  if (rest.length > 0 && continuation < MOST_CONTINUATIONS) {
    await goOn({ time: cutOff, kinds: rest, continuation: continuation + 1 });
  }
  return summed(done);

  async function cleanEach(): Promise<readonly Done[]> {
    const all: Done[] = [];
    for (const [index, { name, clean }] of asked.entries()) {
      // Each kind gets its share of what is left, so that none waits for ever behind another.
      const share = Math.max(0, remainingTimeMs() - MARGIN_MS) / (asked.length - index);
      const end = remainingTimeMs() - share;
      const task: Task = {
        ...{ cutOff, dryRun },
        remainingTimeMs: () => remainingTimeMs() - end,
        onFailure: (id, error) => onFailure(name, id, error),
      };
      try {
        all.push({ name, tally: await clean(task) });
      } catch (error) {
        onFailure(name, undefined, error);
        all.push({ name, tally: NOTHING, error });
      }
    }
    return all;
  }

  function summed(all: readonly Done[]): CleanUp {
    return {
      ...{ cutOff, dryRun },
      kinds: Object.fromEntries(all.map(({ name, tally }) => [name, tally])),
      isWhole: all.every(({ tally }) => tally.isWhole),
    };
  }
}

interface Done {
  readonly name: KindName;
  readonly tally: Tally;
  readonly error?: unknown;
}

const NOTHING: Tally = { seen: 0, cleaned: 0, failed: 0, isWhole: false };
