import { basename } from 'node:path';
import type { Finding } from './finding.ts';

/** A process of this machine. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** The name of its program alone: its arguments may hold secrets. */
  readonly program: string;
  /** All that it was started with. */
  readonly command: string;
}

/** What `ps -Ao pid=,ppid=,args=` prints. */
export function processesOf(printed: string): Process[] {
  return printed
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parent, command = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      program: basename(command.split(' ')[0] ?? ''),
      command,
    }));
}

/**
 * Whether something of an earlier local cloud of the repository at `root` still runs. All of it ends with the process that
 * started it: what was taken over by the first process of the system, or of the session, has lost that.
 */
export function processFindings(processes: readonly Process[], root: string): Finding[] {
  const check = 'processes';
  const programs = new Map(processes.map(({ pid, program }) => [pid, program]));
  const parts = [`${root}/node_modules/@dynoxide/`, `${root}/offline/services/`];
  const stray = processes
    .filter(({ command }) => parts.some((part) => command.includes(part)))
    .filter(({ parent }) => parent === 1 || programs.get(parent) === 'systemd');
  if (stray.length === 0) return [{ check, level: 'ok', message: 'Nothing of an earlier local cloud runs.' }];
  const pids = stray.map(({ pid }) => pid).join(' ');
  return [
    {
      check,
      level: 'warning',
      message: `An earlier local cloud has left ${stray.map(({ program, pid }) => `${program} (${pid})`).join(', ')}.`,
      fix: `kill ${pids}`,
    },
  ];
}
