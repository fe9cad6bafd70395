import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, shows, visit } from '../console/test/browser.ts';
import { fail, messageOf } from '../offline/errors.ts';
import { startOffline } from '../offline/testing/offline.ts';
import { findChromium } from './browser/chromium.ts';

const HELP = `Takes the pictures of the console that the README shows, docs/console-light.png and docs/console-dark.png.

  npm run pictures:console

It starts a local cloud of its own and places orders in it, in the browser that CHROMIUM names or the first on the PATH.
`;
const ROOT = join(import.meta.dirname, '..');

if (process.argv.includes('--help')) process.stdout.write(HELP);
else await take().catch((error: unknown) => fail(messageOf(error)));

async function take(): Promise<void> {
  // First, so that nothing runs on where there is no browser.
  const browser = await launchBrowser(findChromium(process.env));
  try {
    const offline = await startOffline({ folder: ROOT });
    await takeOf(offline.endpoints.console ?? '', browser).finally(offline.stop);
  } finally {
    await browser.close();
  }
}

async function takeOf(url: string, browser: Browser): Promise<void> {
  const { page } = await visit(browser, url, {
    viewport: { width: 1_440, height: 900 },
    reducedMotion: 'reduce',
  });
  await place(page, 'tok_ok');
  await page.getByRole('heading', { name: 'Orders 1' }).waitFor();
  await shows(page, 'OrderComplete', 'succeeded');
  await place(page, 'tok_flaky');
  await page.getByRole('heading', { name: 'Orders 2' }).waitFor();
  await shows(page, 'OrderComplete', 'succeeded');
  await place(page, 'tok_declined');
  await shows(page, 'OrderFailed', 'failed');
  await page.locator('.timeline', { hasText: 'FAILED' }).waitFor();
  for (const theme of ['light', 'dark']) {
    await page.getByLabel('Theme').selectOption(theme);
    await page.screenshot({ path: join(ROOT, `docs/console-${theme}.png`) });
  }
}

async function place(page: Page, payment: string): Promise<void> {
  await page.getByLabel('Payment').selectOption(payment);
  await page.getByRole('button', { name: 'Place order' }).click();
}
