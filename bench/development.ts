import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundles.ts';
import { type Figure, fixed } from './report.ts';
import type { Run } from './run.ts';

const LONGEST_TESTS_S = 180;
const PACKAGES = join(root, 'node_modules');

/** What whoever changes the code waits for: the tests, and what `npm ci` brings. */
export async function development({ quick, folder, signal, progress }: Run): Promise<Figure> {
  const command = quick ? 'npm run test:unit' : 'npm test';
  progress(`development: ${command}`);
  const { seconds, tests } = await runTests(quick ? 'test:unit' : 'test', folder, signal);
  const megabytes = bytesOf(PACKAGES) / 1_000_000;
  return {
    title: 'Development',
    text: [
      `${command}: ${tests} tests in ${fixed(seconds, 0)} s.`,
      `npm ci: ${packages()} packages, ${fixed(megabytes, 0)} MB.`,
    ].join('\n'),
    budgets: quick
      ? []
      : [
          {
            name: 'npm test',
            target: `≤ ${LONGEST_TESTS_S} s`,
            measured: `${fixed(seconds, 0)} s`,
            met: seconds <= LONGEST_TESTS_S,
          },
        ],
    data: { seconds, tests, megabytes },
  };
}

/** @throws Error when a test fails */
async function runTests(script: string, folder: string, signal: AbortSignal) {
  const totals = join(folder, 'tests.json');
  const options = ['--silent', '--json', `--outputFile=${totals}`];
  const began = performance.now();
  const npm = spawn('npm', ['run', script, '--', ...options], { cwd: root, stdio: 'ignore', signal });
  const [code] = await once(npm, 'exit');
  const seconds = (performance.now() - began) / 1_000;
  if (code !== 0) throw new Error(`npm run ${script} ended with ${code}.`);
  const { numPassedTests: tests } = JSON.parse(readFileSync(totals, 'utf8')) as { numPassedTests: number };
  return { seconds, tests };
}

const packages = (): number =>
  Object.keys(JSON.parse(readFileSync(join(PACKAGES, '.package-lock.json'), 'utf8')).packages).length;

const bytesOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + lstatSync(join(parentPath, name)).size, 0);
