import { z } from 'zod';
import { declared } from '../declaration.ts';

const rule = z.strictObject({
  /** An AWS service by its signing name, for example `dynamodb`, or `lambda` for what happens to functions. */
  service: z.string(),
  /** For example `PutItem`; none means all. */
  operation: z.string().optional(),
  /** The key of a function in serverless.yml; none means all. Only for `duplicate` and `kill`. */
  function: z.string().optional(),
  fault: z.enum(['throttle', 'error', 'delay', 'dropReply', 'duplicate', 'kill']),
  /** The probability for each request, between 0 and 1. */
  rate: z.number().min(0).max(1).default(1),
  /** How long `delay` holds a request up, or after which time at most `kill` strikes. */
  milliseconds: z.int().min(0).max(900_000).default(100),
  /** The rule ends after it has struck so often. */
  count: z.int().positive().optional(),
});

const plan = z.strictObject({
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1),
  rules: z.array(rule).max(100).default([]),
});

export type FaultRule = z.output<typeof rule>;
export type FaultPlan = z.output<typeof plan>;
type Kind = FaultRule['fault'];

/** A fault that strikes now; `milliseconds` is drawn for `kill`. */
export interface Fault {
  readonly kind: Kind;
  readonly milliseconds: number;
}

interface ActiveRule extends FaultRule {
  readonly random: () => number;
  struck: number;
}

/**
 * Faults on demand. Each rule draws from a sequence of its own that the seed determines, so that the n-th request that
 * a rule looks at meets the same fate in every run.
 */
export class Faults {
  #plan: FaultPlan = { seed: 1, rules: [] };
  #rules: ActiveRule[] = [];

  /** @throws LocalCloudError that names what is wrong with the plan */
  set(value: unknown): FaultPlan {
    this.#plan = declared('faults', plan, value);
    this.#rules = this.#plan.rules.map((entry, index) => ({
      ...entry,
      random: sequence(this.#plan.seed + index),
      struck: 0,
    }));
    return this.#plan;
  }

  /** The plan, and how often each of its rules has struck. */
  get report(): { seed: number; rules: (FaultRule & { struck: number })[] } {
    const rules = this.#rules.map(({ random: _, ...shown }) => shown);
    return { seed: this.#plan.seed, rules };
  }

  /** What strikes a request to an AWS service, in the order of the rules. */
  forRequest(service: string, operation: string): Fault[] {
    return this.#striking(
      (entry) =>
        REQUEST_FAULTS.has(entry.fault) &&
        entry.service === service &&
        (entry.operation === undefined || entry.operation === operation),
    );
  }

  /** What strikes one run of a function. */
  forFunction(functionKey: string, kind: 'duplicate' | 'kill'): Fault | undefined {
    return this.#striking(
      (entry) =>
        entry.fault === kind &&
        entry.service === 'lambda' &&
        (entry.function === undefined || entry.function === functionKey),
    )[0];
  }

  #striking(concerns: (entry: ActiveRule) => boolean): Fault[] {
    const faults: Fault[] = [];
    for (const entry of this.#rules) {
      if (!concerns(entry) || entry.struck === entry.count || entry.random() >= entry.rate) continue;
      entry.struck += 1;
      const isDrawn = entry.fault === 'kill';
      const milliseconds = isDrawn ? Math.floor(entry.random() * entry.milliseconds) : entry.milliseconds;
      faults.push({ kind: entry.fault, milliseconds });
    }
    return faults;
  }
}

const REQUEST_FAULTS: ReadonlySet<Kind> = new Set(['throttle', 'error', 'delay', 'dropReply']);

/** Numbers from 0 to below 1 that the seed determines (mulberry32, public domain). */
function sequence(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
