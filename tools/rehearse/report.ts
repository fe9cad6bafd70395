import { styleText } from 'node:util';

/** One thing that the rehearsal set out to show. */
export interface Proof {
  readonly claim: string;
  readonly milliseconds: number;
  /** What was seen, or why it failed. */
  readonly detail: string;
  readonly held: boolean;
}

/** What the rehearsal cannot show, why, and what shows it instead. */
export interface NotHeld {
  readonly claim: string;
  readonly reason: string;
  readonly instead: string;
}

/** How a function came to run. */
export interface Invocation {
  readonly key: string;
  readonly by: string;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;

/** One line of a proof, printed as soon as it is known. */
export function proofLine({ claim, milliseconds, detail, held }: Proof): string {
  const mark = held ? styleText('green', 'proven') : styleText('red', 'FAILED');
  return `${mark}  ${seconds(milliseconds).padStart(7)}  ${claim}${detail ? `: ${detail}` : ''}`;
}

/** What the rehearsal ends with: how each function ran, what is not held, and what was proven. */
export function report(
  proofs: readonly Proof[],
  invocations: readonly Invocation[],
  notHeld: readonly NotHeld[],
): string {
  const width = Math.max(0, ...invocations.map(({ key }) => key.length));
  const failed = proofs.filter(({ held }) => !held);
  return [
    'How each function was invoked',
    '',
    ...invocations.map(({ key, by }) => `  ${key.padEnd(width)}  ${by}`),
    '',
    'Not held by this rehearsal',
    '',
    ...notHeld.map(({ claim, reason, instead }) => `  ${claim}: ${reason}. Instead: ${instead}.`),
    '',
    'Proven',
    '',
    ...proofs.filter(({ held }) => held).map(({ claim }) => `  ${claim}`),
    ...(failed.length === 0
      ? []
      : ['', 'Failed', '', ...failed.map(({ claim, detail }) => `  ${claim}: ${detail}`)]),
    '',
    `${proofs.length - failed.length} proven, ${failed.length} failed, ${notHeld.length} not held`,
  ].join('\n');
}
