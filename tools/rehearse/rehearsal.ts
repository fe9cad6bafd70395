import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../offline/errors.ts';
import type { Issuer } from '../../offline/services/identity/index.ts';
import type { Clients } from './clients.ts';
import type { Framework } from './framework.ts';
import { type Proof, proofLine } from './report.ts';

/** What every part of the rehearsal works with. */
export interface Rehearsal {
  readonly root: string;
  /** Where the account on loopback is reached, past the front that stands for TLS. */
  readonly endpoint: string;
  /** The emulator itself, to which all requests come without TLS. */
  readonly emulator: string;
  readonly clients: Clients;
  readonly framework: Framework;
  /** An issuer of tokens beside Cognito, which the second deploy trusts. */
  readonly issuer: Issuer;
  readonly proofs: Proofs;
  readonly signal: AbortSignal;
}

export interface Proofs {
  readonly all: readonly Proof[];
  /**
   * Runs one proof, prints its line and keeps it. What it returns is the detail that is printed.
   * Answers whether it held: a proof that failed does not keep the others from being run.
   */
  prove(claim: string, run: () => Promise<string | undefined>): Promise<boolean>;
}

/** @param now milliseconds of any clock that never goes back */
export function startProofs(print: (line: string) => void, now: () => number, signal: AbortSignal): Proofs {
  const all: Proof[] = [];
  return {
    all,
    async prove(claim, run) {
      const begin = now();
      const [held, detail] = await run().then(
        (seen) => [true, seen ?? ''] as const,
        (error: unknown) => [false, messageOf(error)] as const,
      );
      signal.throwIfAborted();
      const proof = { claim, milliseconds: now() - begin, detail, held };
      all.push(proof);
      print(proofLine(proof));
      return held;
    },
  };
}

const OUTCOME_MILLISECONDS = 60_000;

/**
 * Polls until there is an answer, for a minute.
 *
 * @throws Error that says what was awaited, and what was seen at last
 */
export async function outcome<Seen>(
  awaited: string,
  signal: AbortSignal,
  look: () => Promise<{ readonly seen: Seen; readonly done: boolean }>,
): Promise<Seen> {
  for (const deadline = Date.now() + OUTCOME_MILLISECONDS; ; await delay(250, undefined, { signal })) {
    const { seen, done } = await look();
    if (done) return seen;
    if (Date.now() > deadline) {
      throw new Error(`${awaited} did not happen in a minute; at last: ${JSON.stringify(seen)}`);
    }
  }
}
