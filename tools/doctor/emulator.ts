import type { Finding } from './finding.ts';

/** How DynamoDB is to be had on this machine. */
export type EmulatorFacts =
  /** None was found, and what the local cloud says to that. */
  | { readonly problem: string }
  /** A program, and what it says to `--version`: undefined when it does not run. */
  | { readonly version: string | undefined }
  /** One that somebody else runs. */
  | { readonly endpoint: string; readonly answers: boolean };

/** Whether the local cloud would have a DynamoDB. */
export function emulatorFinding(facts: EmulatorFacts): Finding {
  const check = 'emulator';
  if ('problem' in facts) {
    // The second sentence is the way out.
    const end = facts.problem.indexOf('. ') + 1;
    if (end === 0) return { check, level: 'error', message: facts.problem };
    return { check, level: 'error', message: facts.problem.slice(0, end), fix: facts.problem.slice(end + 1) };
  }
  if ('endpoint' in facts) {
    if (facts.answers) return { check, level: 'ok', message: `DynamoDB is at ${facts.endpoint}.` };
    return {
      check,
      level: 'error',
      message: `Nothing answers at ${facts.endpoint}, which DYNAMODB_ENDPOINT names.`,
      fix: 'Start it, or unset DYNAMODB_ENDPOINT.',
    };
  }
  if (facts.version !== undefined) return { check, level: 'ok', message: facts.version };
  return {
    check,
    level: 'error',
    message: 'dynoxide, the emulator of DynamoDB, is there and does not run.',
    fix: 'npm ci; if that does not help, name a DynamoDB that runs on this machine in DYNAMODB_ENDPOINT',
  };
}
