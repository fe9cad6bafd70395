import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fail, messageOf } from '../offline/errors.ts';
import { findChromium } from './browser/chromium.ts';

const HELP = `Tests the console of the local cloud in a headless browser.

  npm run test:browser -- [options of jest]

  --skip-if-missing  say so and do nothing where CHROMIUM names no browser and none is on the PATH

The browser is Chromium or Chrome: the program that CHROMIUM names, or the first on the PATH.
`;
const SKIP = '--skip-if-missing';
const ROOT = join(import.meta.dirname, '..');
const CONFIG = join(ROOT, 'console/test/jest.config.ts');

if (process.argv.includes('--help')) process.stdout.write(HELP);
else process.exitCode = await test();

async function test(): Promise<number> {
  const chromium = findBrowser();
  if (chromium === undefined) return 0;
  const options = process.argv.slice(2).filter((option) => option !== SKIP);
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const command = ['--experimental-vm-modules', jest, '--config', CONFIG, ...options];
  const env = { ...process.env, CHROMIUM: chromium };
  const [code] = await once(spawn(process.execPath, command, { stdio: 'inherit', env }), 'exit');
  return Number(code ?? 1);
}

function findBrowser(): string | undefined {
  try {
    return findChromium(process.env);
  } catch (error) {
    if (process.argv.includes(SKIP) && !process.env.CHROMIUM) {
      console.log(`The tests in a browser are left out. ${messageOf(error)}`);
      return undefined;
    }
    return fail(messageOf(error));
  }
}
