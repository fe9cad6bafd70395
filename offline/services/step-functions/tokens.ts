import { randomUUID } from 'node:crypto';

/** What comes back with a token. */
export type TokenOutcome =
  | { readonly output: string }
  | { readonly error: string | undefined; readonly cause: string | undefined };

const PREFIX = 'local-cloud';

/** A token that says which execution it belongs to, so that one whose task is over is told from one unknown. */
export const newToken = (executionArn: string): string =>
  Buffer.from(`${PREFIX} ${executionArn} ${randomUUID()}`).toString('base64');

/** None for what is no token of the local cloud. */
export function executionOf(token: string): string | undefined {
  const [prefix, executionArn] = Buffer.from(token, 'base64').toString().split(' ');
  return prefix === PREFIX ? executionArn : undefined;
}
