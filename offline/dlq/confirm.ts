import { createInterface } from 'node:readline/promises';

/** Asks on a terminal; only y or yes says yes. Ctrl-C and the end of the input say no. */
export async function confirm(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<boolean> {
  const terminal = createInterface({ input, output });
  try {
    const answer = await Promise.race([
      terminal.question(`${question} [y/N] `),
      new Promise<string>((resolve) => {
        terminal.once('close', () => resolve(''));
        terminal.once('SIGINT', () => resolve(''));
      }),
    ]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
