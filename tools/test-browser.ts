import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fail, messageOf } from '../offline/errors.ts';
import { findChromium } from './browser/chromium.ts';

const HELP = `Tests the console of the local cloud in a headless browser.

  npm run test:browser -- [options of jest]

The browser is Chromium or Chrome: the program that CHROMIUM names, or the first on the PATH.
`;
const ROOT = join(import.meta.dirname, '..');
const CONFIG = join(ROOT, 'console/test/jest.config.ts');

if (process.argv.includes('--help')) process.stdout.write(HELP);
else process.exitCode = await test();

async function test(): Promise<number> {
  const chromium = findBrowser();
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const command = ['--experimental-vm-modules', jest, '--config', CONFIG, ...process.argv.slice(2)];
  const env = { ...process.env, CHROMIUM: chromium };
  const [code] = await once(spawn(process.execPath, command, { stdio: 'inherit', env }), 'exit');
  return Number(code ?? 1);
}

function findBrowser(): string {
  try {
    return findChromium(process.env);
  } catch (error) {
    return fail(messageOf(error));
  }
}
