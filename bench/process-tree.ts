import { spawnSync } from 'node:child_process';
import { descendants } from '../offline/test/processes.ts';

/** The sum of a column of ps, such as `rss` in kilobytes or `cputimes` in seconds, over a process and all that it started. */
export function sumOfTree(pid: number, column: 'rss' | 'cputimes'): number {
  const pids = [pid, ...descendants(pid)].join(',');
  const { stdout } = spawnSync('ps', ['-o', `${column}=`, '-p', pids], { encoding: 'utf8' });
  return stdout.split('\n').reduce((sum, line) => sum + Number(line), 0);
}
