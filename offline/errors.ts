/** What the person at the terminal can put right: shown as one line, without a stack trace. */
export class LocalCloudError extends Error {
  override readonly name = 'LocalCloudError';
}

/** One line and the end; what runs is stopped on the way out. */
export function fail(problem: string): never {
  process.stderr.write(`Error: ${problem}\n`);
  process.exit(1);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
