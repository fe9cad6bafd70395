import { cents, linesOf } from './amounts.ts';
import type { DeclaredFunction } from './declared.ts';
import { billedMs, gbSeconds } from './durations.ts';
import type { PriceFile } from './prices.ts';
import type { FunctionUsage, Usage } from './usage.ts';

/** Sizes that are looked at, in MB: to one processor; the handlers have no use for a second. */
export const SIZES = [128, 192, 256, 384, 512, 768, 1_024, 1_769] as const;
/** Of 100 requests 95 must be answered within so much time; of others, in that part of their time-out. */
export const API_P95_MS = 100;
export const PART_OF_TIMEOUT = 1 / 4;
/** So much more than was seen to be used must be there. */
export const HEADROOM = 1.5;

export const PER = 1_000_000;

export interface Sized {
  readonly memoryMb: number;
  readonly billedMs: number;
  /** What 95 of 100 runs take at most. */
  readonly p95Ms: number;
  /** US dollars for a million runs, without those of the requests. */
  readonly amount: number;
}

export interface Tuned {
  readonly functionKey: string;
  readonly peakMb: number;
  readonly declared: Sized;
  /** Absent when no size is safe. */
  readonly cheapest: Sized | undefined;
}

/** Each measured function at its declared size, and at the cheapest that has memory enough and is fast enough. */
export function tuningOf(
  usage: Usage,
  functions: Readonly<Record<string, DeclaredFunction>>,
  prices: PriceFile,
  region: string,
): Tuned[] {
  const sized = (taken: FunctionUsage, memoryMb: number): Sized => {
    const ms = billedMs(taken, memoryMb);
    const item = { what: '', price: 'lambda.arm64', quantity: gbSeconds(PER, ms, memoryMb) };
    const [{ amount = 0 } = {}] = linesOf([item], prices, region);
    const p95Ms = billedMs({ cpuMs: taken.cpuP95Ms, rounds: taken.rounds }, memoryMb);
    return { memoryMb, billedMs: ms, p95Ms, amount: cents(amount) };
  };
  return Object.entries(usage.memoryMb).flatMap(([functionKey, peakMb]) => {
    const taken = heaviest(usage, functionKey);
    const declared = functions[functionKey];
    if (!taken || !declared) return [];
    const longest = declared.isApi ? API_P95_MS : declared.timeoutS * 1_000 * PART_OF_TIMEOUT;
    const safe = SIZES.filter((size) => size >= peakMb * HEADROOM)
      .map((size) => sized(taken, size))
      .filter(({ p95Ms }) => p95Ms <= longest);
    const cheapest = safe.toSorted((a, b) => a.amount - b.amount)[0];
    return [{ functionKey, peakMb, declared: sized(taken, declared.memoryMb), cheapest }];
  });
}

/** What a function takes in the action that takes most of its time. */
function heaviest({ actions }: Usage, functionKey: string): FunctionUsage | undefined {
  return Object.values(actions)
    .flatMap(({ functions }) => functions[functionKey] ?? [])
    .toSorted((a, b) => b.cpuP95Ms - a.cpuP95Ms)[0];
}
