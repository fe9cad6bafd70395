import { afterEach, beforeEach, jest } from '@jest/globals';
import { logger } from '../logger.ts';

/** The log lines of each test of a file, parsed; none are printed. To be called once, outside of all tests. */
export function collectedLogLines(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  beforeEach(() => {
    lines.length = 0;
    logger.setLogLevel('INFO');
    for (const level of ['info', 'warn', 'error', 'log'] as const) {
      jest.spyOn(console, level).mockImplementation((line: string) => void lines.push(JSON.parse(line)));
    }
  });
  afterEach(() => {
    logger.setLogLevel('SILENT');
    jest.restoreAllMocks();
  });
  return lines;
}
