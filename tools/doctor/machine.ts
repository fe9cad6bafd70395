import type { Finding } from './finding.ts';

/** What the machine has left. */
export interface Machine {
  /** In bytes. */
  readonly memory: number;
  /** In bytes, where the repository is. */
  readonly disk: number;
  /** Folders that are written to, by the name that people know them by. */
  readonly folders: readonly { readonly name: string; readonly isWritable: boolean }[];
}

const MB = 2 ** 20;
/** All processes of `npm start` together had 1,860 MB while they built, by `ps`. */
const MEMORY_MB = 2_000;
/** A first start keeps 90 MB in node_modules/.cache and .offline; what tests write is gone when they end. */
const DISK_MB = 500;

/** Whether there is room for the local cloud. */
export function machineFindings({ memory, disk, folders }: Machine): Finding[] {
  const unwritable = folders.filter(({ isWritable }) => !isWritable).map(({ name }) => name);
  return [
    room(
      'memory',
      memory,
      MEMORY_MB,
      'npm start may be slow or be ended by the system.',
      'End other programs.',
    ),
    room('disk', disk, DISK_MB, 'npm start and npm test may fail.', 'Delete what is not needed.'),
    unwritable.length === 0
      ? { check: 'folders', level: 'ok', message: 'Folders that are written to can be.' }
      : {
          check: 'folders',
          level: 'error',
          message: `Nothing can be written into ${unwritable.join(', ')}.`,
          fix: 'Give your user the right to write there.',
        },
  ];
}

function room(check: string, free: number, neededMB: number, consequence: string, fix: string): Finding {
  const freeMB = Math.floor(free / MB);
  const message = `${freeMB} MB are free`;
  if (freeMB >= neededMB) return { check, level: 'ok', message: `${message}.` };
  return { check, level: 'warning', message: `${message}, less than ${neededMB}: ${consequence}`, fix };
}
