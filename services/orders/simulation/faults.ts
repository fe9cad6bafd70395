import type { Random } from './random.ts';

/** What goes wrong, and in how many of the cases where it can, in weather of strength 1. */
const USUAL = {
  throttled: 0.02,
  transactionConflict: 0.03,
  requestLost: 0.01,
  replyLost: 0.02,
  landsLate: 0.006,
  killedAtTimeout: 0.004,
  outlivesItsTimeout: 0.006,
  crashBefore: 0.008,
  crashAfter: 0.008,
  taskBroken: 0.05,
  startLost: 0.15,
  publishRefused: 0.1,
  publishReplyLost: 0.2,
  publishLost: 0.08,
  receiptDuplicated: 0.3,
  receiptLate: 0.2,
  postDuplicated: 0.2,
  postConcurrently: 0.2,
  cancelled: 0.3,
  executionAborted: 0.15,
  engineKilled: 0.6,
  sweepOverlaps: 0.4,
  itemDeleted: 0.3,
  restocked: 0.5,
  abandoned: 0.1,
} as const;

export type FaultKind = keyof typeof USUAL;
export const FAULT_KINDS = Object.keys(USUAL) as readonly FaultKind[];

/** By turns, so that a few seeds in a row have seen all weathers. */
const STRENGTHS = [1, 0, 4, 8, 2, 4, 0.5];

/** What customers and staff do; nothing is out of order because of it. */
const HARMLESS: readonly FaultKind[] = [
  'receiptDuplicated',
  'receiptLate',
  'postDuplicated',
  'postConcurrently',
  'cancelled',
  'sweepOverlaps',
  'itemDeleted',
  'restocked',
  'abandoned',
];

/** What goes wrong in one simulated world until its plan ends, and how often it did. */
export class Faults {
  readonly injected = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  readonly #random: Random;
  readonly #rates: Record<FaultKind, number>;
  #isOver = false;

  /** Some worlds are calm, some wild, and most of them know a few kinds of faults only. */
  constructor(random: Random, seed: number) {
    this.#random = random;
    const strength = STRENGTHS[seed % STRENGTHS.length] ?? 0;
    const rates = FAULT_KINDS.map((kind) => [
      kind,
      USUAL[kind] * strength * random.pick([0, 0, 0.5, 1, 2, 4]),
    ]);
    this.#rates = Object.fromEntries(rates) as Record<FaultKind, number>;
  }

  /** Whether it goes wrong this time. */
  strikes(kind: FaultKind): boolean {
    if (this.#isOver || !this.#random.chance(this.#rates[kind])) return false;
    this.injected[kind] += 1;
    return true;
  }

  /** Nothing was out of order so far. */
  get isCalm(): boolean {
    return FAULT_KINDS.every((kind) => HARMLESS.includes(kind) || this.injected[kind] === 0);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#isOver = true;
  }
}
