import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { installPackages } from './python.ts';

let folder: string;
let requirements: string;
let cache: string;
let python: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'python-'));
  cache = join(folder, 'cache');
  python = join(folder, 'python3');
  requirements = join(folder, 'lint', 'requirements.txt');
  mkdirSync(join(folder, 'lint'));
  writeFileSync(requirements, 'lint==1');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A python3 of this version, whose environments have a pip that does what is said. */
function givenPython(version: string, pip = 'exit 0'): void {
  const program = `#!/bin/sh
if [ "$1" = -c ]; then echo '${version}'; exit; fi
echo made >> '${join(folder, 'made')}'
mkdir -p "$3/bin" && printf '#!/bin/sh\\n%s\\n' '${pip}' > "$3/bin/pip" && chmod +x "$3/bin/pip"
`;
  writeFileSync(python, program);
  chmodSync(python, 0o755);
}
const install = () => installPackages(requirements, { python, cache });

const unavailable = (message: string) => ({ name: 'PythonUnavailable', message });

describe('packages of Python', () => {
  it('are installed once, and anew when what is locked has changed', async () => {
    givenPython('(3, 14)');
    mkdirSync(join(cache, 'other-1'), { recursive: true });
    const first = await install();
    expect(await install()).toBe(first);
    writeFileSync(requirements, 'lint==2');
    const second = await install();
    expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('made\nmade\n');
    expect(readdirSync(cache).map((name) => join(cache, name))).toEqual([second, join(cache, 'other-1')]);
    expect(second).not.toBe(first);
  });

  it.each(['(3, 10)', '(2, 99)', ''])('are not installed by Python %j', async (version) => {
    givenPython(version);
    await expect(install()).rejects.toMatchObject(
      unavailable(`Python 3.11 or newer is needed; python3 is ${version}.`),
    );
  });

  it('are installed by the oldest Python that has them', async () => {
    givenPython('(3, 11)');
    await expect(install()).resolves.toMatch(/\/lint-[0-9a-f]{12}$/);
  });

  it('are missing where Python is', async () => {
    await expect(install()).rejects.toMatchObject(unavailable(`spawn ${python} ENOENT`));
  });

  it('that pip cannot get leave nothing, and are no failure of the application', async () => {
    givenPython('(3, 12)', 'echo "Retrying" >&2; echo "No matching distribution" >&2; exit 1');
    await expect(install()).rejects.toMatchObject(unavailable('No matching distribution'));
    expect(readdirSync(cache)).toEqual([]);
  });

  it('that are not what was locked are a failure', async () => {
    givenPython('(3, 12)', 'echo "These packages do not match the hashes" >&2; exit 1');
    await expect(install()).rejects.toMatchObject({
      name: 'Error',
      message: 'These packages do not match the hashes',
    });
  });

  it('are made again after an installation that was broken off', async () => {
    givenPython('(3, 12)');
    const environment = await install();
    rmSync(join(environment, 'complete'));
    expect(await install()).toBe(environment);
    expect(existsSync(join(environment, 'complete'))).toBe(true);
  });
});
