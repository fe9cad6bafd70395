import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the locked packages need: hypercorn brings more packages to older versions. */
const OLDEST_MINOR = 11;
const INSTALL_MILLISECONDS = 300_000;

/** Python is missing, too old, or cannot install packages here: nothing is wrong with the application. */
export class PythonUnavailable extends Error {
  override readonly name = 'PythonUnavailable';
}

/**
 * The virtual environment that has the emulator of requirements.txt, with hashes checked; made at its first use and
 * kept in `cache` until the requirements or the lessons change. Returns the path of the
 * server that runs it.
 *
 * @throws PythonUnavailable with the line of Python or pip that says why
 */
export async function installEmulator(cache: string, signal: AbortSignal): Promise<string> {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const made = createHash('sha256')
    .update(readFileSync(requirements))
    .update(readFileSync(import.meta.filename));
  const name = `python-${made.digest('hex').slice(0, 12)}`;
  const environment = join(cache, name);
  const program = join(environment, 'bin', 'hypercorn');
  if (existsSync(program)) return program;

  try {
    const { stdout } = await run('python3', ['-c', 'import sys; print(sys.version_info[:2])'], { signal });
    if (!isNewEnough(stdout)) {
      throw new PythonUnavailable(
        `Python 3.${OLDEST_MINOR} or newer is needed; python3 is ${stdout.trim()}.`,
      );
    }
    for (const old of existsSync(cache) ? readdirSync(cache) : []) {
      if (old.startsWith('python-')) rmSync(join(cache, old), { recursive: true });
    }
    await run('python3', ['-m', 'venv', environment], { signal, timeout: INSTALL_MILLISECONDS });
    const pip = join(environment, 'bin', 'pip');
    const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--only-binary=:all:'];
    await run(pip, ['install', ...options, '--require-hashes', '--requirement', requirements], {
      signal,
      timeout: INSTALL_MILLISECONDS,
    });
    teach(environment);
  } catch (error) {
    rmSync(environment, { recursive: true, force: true });
    if (signal.aborted || error instanceof PythonUnavailable) throw error;
    const reason = reasonOf(error);
    // Not what was locked: that is no lack of this machine's.
    if (/hash/i.test(String((error as { stderr?: string }).stderr)))
      throw new Error(reason, { cause: error });
    throw new PythonUnavailable(reason, { cause: error });
  }
  return program;
}

/**
 * What the stack asks for and the emulator does not have: a user pool's ProviderURL, which is its ProviderName with
 * https:// before it; alarms on metric math, which are taken for alarms on a metric; saved queries, of which nothing is
 * kept.
 */
const LESSONS: readonly (readonly [known: RegExp, taught: string])[] = [
  [/^( *)"ProviderName": f"(cognito-idp\.[^"]*)",$/m, '$&\n$1"ProviderURL": f"https://$2",'],
  [
    /^def _cw_metric_alarm_record\(name, props\):$/m,
    `$&
    if props.get("Metrics"):
        props = {**props, "Metrics": None, "Namespace": "math", "MetricName": "math"}`,
  ],
  [
    /^ {4}"AWS::CloudWatch::Dashboard": \{$/m,
    `    "AWS::Logs::QueryDefinition": {
        "create": lambda logical_id, props, stack_name: (logical_id, {}),
        "update": lambda physical_id, old_props, new_props, stack_name: (physical_id, {}),
        "delete": lambda physical_id, props: None,
    },
$&`,
  ],
];

function teach(environment: string): void {
  const sources = 'lib/python3.*/site-packages/ministack/services/cloudformation/provisioners.py';
  for (const path of globSync(sources, { cwd: environment })) {
    const file = join(environment, path);
    const taught = LESSONS.reduce((text, lesson) => text.replace(...lesson), readFileSync(file, 'utf8'));
    writeFileSync(file, taught);
  }
}

/** @param version as Python prints a tuple: `(3, 12)` */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.match(/\d+/g)?.map(Number) ?? [];
  return major === 3 && minor >= OLDEST_MINOR;
}

/** The last line that the program said, which is where Python and pip put the reason. */
function reasonOf(error: unknown): string {
  const { stderr = '', stdout = '', message } = error as Error & { stderr?: string; stdout?: string };
  return (stderr.trim() || stdout.trim() || message.trim()).split('\n').at(-1) ?? message;
}
