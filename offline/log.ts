import { styleText } from 'node:util';
import type { Invoked } from './lambda/runner.ts';

/** One run of a function, for people to see. */
export interface InvocationEntry {
  readonly functionKey: string;
  readonly trigger: string;
  readonly status: number | string;
  readonly invoked: Invoked;
}

export type InvocationLog = (entry: InvocationEntry) => void;

/** One line for each time a function ran; colour only on a terminal. */
export function logInvocation({ functionKey, trigger, status, invoked }: InvocationEntry): void {
  const isFailure = 'error' in invoked;
  const name = styleText(isFailure ? 'red' : 'cyan', functionKey, { stream: process.stdout });
  const duration = `${invoked.durationMs.toFixed(0)}ms`;
  console.log(
    `function=${name} trigger="${trigger}" status=${status} duration=${duration} requestId=${invoked.requestId}`,
  );
  if (!isFailure) return;
  const { errorType, errorMessage, trace } = invoked.error;
  console.error(trace?.join('\n') ?? `${errorType}: ${errorMessage}`);
}

/** Names on the left, values in a column of their own; a part that does not run is left out. */
export function table(rows: readonly (readonly [string, string | null])[]): string {
  const shown = rows.filter(([, value]) => value !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}
