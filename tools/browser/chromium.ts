import { delimiter, join } from 'node:path';
import { isExecutable } from '../../offline/files.ts';

/** By the names that distributions and Google give it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @throws Error that says what to install, when neither CHROMIUM names a browser nor one is on the PATH */
export function findChromium(
  { CHROMIUM, PATH = '' }: Readonly<Record<string, string | undefined>>,
  isProgram: (file: string) => boolean = isExecutable,
): string {
  if (CHROMIUM) {
    if (isProgram(CHROMIUM)) return CHROMIUM;
    throw new Error(`CHROMIUM names ${CHROMIUM}, which is no program.`);
  }
  const folders = PATH.split(delimiter).filter(Boolean);
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
  if (found) return found;
  throw new Error('No browser was found. Install chromium or google-chrome, or name one in CHROMIUM.');
}
