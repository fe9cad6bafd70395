import type { WantedPort } from '../../offline/ports.ts';
import type { Finding } from './finding.ts';
import type { Process } from './processes.ts';

/** A port that the local cloud would use and cannot have. */
export interface TakenPort extends WantedPort {
  /** Undefined where the system does not tell. */
  readonly holder?: Process | undefined;
}

/**
 * Whether `npm start` would find its ports free. `running` is the address of a local cloud of this very repository that
 * runs: then it has them.
 */
export function portFindings(taken: readonly TakenPort[], running: string | undefined): Finding[] {
  const check = 'ports';
  if (running !== undefined) {
    return [
      {
        check,
        level: 'warning',
        message: `The local cloud of this repository runs already, at ${running}.`,
        fix: 'Use it, or end it with ctrl-C before npm start.',
      },
    ];
  }
  if (taken.length === 0) return [{ check, level: 'ok', message: 'The ports of the local cloud are free.' }];
  return taken.map(({ port, option, purpose, holder }) => ({
    check,
    level: 'error',
    message: `Port ${port} (${purpose}) is taken by ${holder ? `${holder.program}, process ${holder.pid}` : 'another program'}.`,
    fix: `End it, or start elsewhere: npm start -- --${option} ${port + 10_000}`,
  }));
}

/** Port → process, of what `lsof -nP -iTCP -sTCP:LISTEN -Fpn` prints: a line for a process, then one for each address. */
export function listeners(printed: string): Map<number, number> {
  const pids = new Map<number, number>();
  let pid = 0;
  for (const line of printed.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    if (line.startsWith('n')) pids.set(Number(line.slice(line.lastIndexOf(':') + 1)), pid);
  }
  return pids;
}
