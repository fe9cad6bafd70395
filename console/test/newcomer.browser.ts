import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { freePorts } from '../../offline/ports.ts';
import { until } from '../../offline/test/processes.ts';
import { findChromium } from '../../tools/browser/chromium.ts';
import { launchBrowser, shows, visit } from './browser.ts';

const ROOT = join(import.meta.dirname, '../..');
const TWO_MINUTES_MS = 120_000;
const INSTALL_MS = 300_000;

/** Of this process without what npm and the test runner have put into it: no program of this clone is found. */
function newcomersEnvironment(): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|JEST_|INIT_CWD$)/.test(name));
  return { ...Object.fromEntries(own), PATH: path };
}

let folder: string;
let browser: Browser;
let started: ChildProcess | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'newcomer-'));
  browser = await launchBrowser(findChromium(process.env));
});
afterAll(async () => {
  await browser?.close();
  if (started) {
    process.kill(-Number(started.pid), 'SIGKILL');
    await once(started, 'close');
  }
  rmSync(folder, { recursive: true, force: true });
});

it(
  'a newcomer has a completed order on the screen within two minutes of npm ci, and ends it all by ctrl-C',
  async () => {
    const env = newcomersEnvironment();
    const run = (command: string, args: string[]) => promisify(execFile)(command, args, { cwd: folder, env });
    await run('git', ['clone', '--quiet', '--depth', '1', pathToFileURL(ROOT).href, '.']);
    await run('npm', ['ci', '--no-audit', '--no-fund']);

    const begun = performance.now();
    const names = ['httpPort', 'websocketPort', 'awsPort', 'issuerPort', 'lambdaPort', 'reportsPort'];
    const ports = await freePorts(names.length);
    // The usual ones may be in use by whoever runs the tests.
    const args = names.flatMap((name, index) => [`--${name}`, String(ports[index])]);
    let printed = '';
    const cloud = spawn('npm', ['start', '--', ...args], { cwd: folder, env, detached: true });
    started = cloud;
    for (const stream of [cloud.stdout, cloud.stderr]) stream.on('data', (chunk) => (printed += chunk));
    const address = () => /http:\S+\/console/.exec(printed)?.[0] ?? '';
    await until(() => address() !== '' || cloud.exitCode !== null, TWO_MINUTES_MS);
    expect({ exitCode: cloud.exitCode, printed }).toMatchObject({ exitCode: null });

    const { page } = await visit(browser, address());
    await page.getByRole('button', { name: 'Place order' }).click();
    await shows(page, 'OrderComplete', 'succeeded');
    expect(performance.now() - begun).toBeLessThan(TWO_MINUTES_MS);

    const ended = once(cloud, 'close');
    // To the whole group, as a terminal does.
    process.kill(-Number(cloud.pid), 'SIGINT');
    await ended;
    started = undefined;
    await until(() =>
      fetch(address()).then(
        () => false,
        () => true,
      ),
    );
  },
  INSTALL_MS + TWO_MINUTES_MS,
);
