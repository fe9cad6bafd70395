import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The process ids of all children, theirs included. */
export function descendants(pid: number): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  const children = stdout.split('\n').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** The name of the program that the process runs. */
export function commandOf(pid: number): string {
  return basename(spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim());
}

/** A process that has ended but was not waited for does not run. */
export function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z]/.test(stdout.trim());
}

/** Polls for an outcome. */
export async function until(
  done: () => boolean | Promise<boolean>,
  withinMilliseconds = 25_000,
): Promise<void> {
  for (const deadline = Date.now() + withinMilliseconds; !(await done()); await delay(20)) {
    if (Date.now() > deadline) throw new Error(`It did not happen in ${withinMilliseconds / 1_000} s.`);
  }
}

/** Waits until nothing answers at any of the addresses. */
export async function untilSilent(urls: readonly (string | null)[]): Promise<void> {
  for (const url of urls) {
    await until(() =>
      fetch(url ?? '').then(
        () => false,
        () => true,
      ),
    );
  }
}
