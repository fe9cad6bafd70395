import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const CACHE = join(import.meta.dirname, '../node_modules/.cache/python');
/** What the locked packages need. */
const OLDEST_MINOR = 11;
const INSTALL_MILLISECONDS = 300_000;

/** Python is missing, too old, or cannot install packages here: nothing is wrong with the application. */
export class PythonUnavailable extends Error {
  override readonly name = 'PythonUnavailable';
}

export interface InstallOptions {
  readonly signal?: AbortSignal;
  /** The program. */
  readonly python?: string;
  /** Where environments are kept. */
  readonly cache?: string;
}

/**
 * Installs the packages of a locked requirements.txt, hashes checked, into a virtual environment that is named for the
 * folder of the file; it is made at its first use and kept until the requirements change. Returns the environment.
 *
 * @throws PythonUnavailable with the line of Python or pip that says why
 */
export async function installPackages(
  requirements: string,
  { signal, python = 'python3', cache = CACHE }: InstallOptions = {},
): Promise<string> {
  const name = basename(dirname(requirements));
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const environment = join(cache, `${name}-${hash}`);
  // An installation may end at any point.
  const complete = join(environment, 'complete');
  if (existsSync(complete)) return environment;

  try {
    const { stdout } = await run(python, ['-c', 'import sys; print(sys.version_info[:2])'], { signal });
    if (!isNewEnough(stdout)) {
      throw new PythonUnavailable(
        `Python 3.${OLDEST_MINOR} or newer is needed; python3 is ${stdout.trim()}.`,
      );
    }
    for (const old of existsSync(cache) ? readdirSync(cache) : []) {
      if (old.startsWith(`${name}-`)) rmSync(join(cache, old), { recursive: true });
    }
    const limits = { signal, timeout: INSTALL_MILLISECONDS };
    await run(python, ['-m', 'venv', environment], limits);
    const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--only-binary=:all:'];
    await run(
      join(environment, 'bin', 'pip'),
      ['install', ...options, '--require-hashes', '--requirement', requirements],
      limits,
    );
    writeFileSync(complete, '');
  } catch (error) {
    rmSync(environment, { recursive: true, force: true });
    if (signal?.aborted || error instanceof PythonUnavailable) throw error;
    const reason = reasonOf(error);
    // Not what was locked: that is no lack of this machine's.
    if (/hash/i.test(String((error as { stderr?: string }).stderr)))
      throw new Error(reason, { cause: error });
    throw new PythonUnavailable(reason, { cause: error });
  }
  return environment;
}

/** @param version as Python prints a tuple: `(3, 12)` */
function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.match(/\d+/g)?.map(Number) ?? [];
  return major === 3 && minor >= OLDEST_MINOR;
}

/** The last line that the program said, which is where Python and pip put the reason. */
function reasonOf(error: unknown): string {
  const { stderr = '', stdout = '', message } = error as Error & { stderr?: string; stdout?: string };
  return (stderr.trim() || stdout.trim() || message.trim()).split('\n').at(-1) ?? message;
}
