import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LocalCloudError, messageOf } from './errors.ts';

/** Referred to from here, or the garbage collector would close them and let go of their folders. */
const held = new Set<DatabaseSync>();

/** How long a process that was ended may take to let go of its folder. */
export const LETTING_GO_MS = 5_000;

/**
 * Makes a folder and holds it for this process. The system lets go of the lock when the process ends, however it ends.
 * `patienceMs` is how long another process may take to let go of it.
 *
 * @throws LocalCloudError when it cannot be made, or another process holds it
 */
export function lockFolder(folder: string, patienceMs = 0): () => void {
  try {
    mkdirSync(folder, { recursive: true });
    const lock = new DatabaseSync(join(folder, 'lock'), { timeout: patienceMs });
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    held.add(lock);
    return () => {
      if (held.delete(lock)) lock.close();
    };
  } catch (error) {
    const problem = /locked/.test(messageOf(error))
      ? 'it is in use by another local cloud'
      : messageOf(error);
    throw new LocalCloudError(`The data folder ${folder} cannot be used: ${problem}.`, { cause: error });
  }
}
