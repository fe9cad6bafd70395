import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Headless, and silent on the network. A container runs tests as root, for whom Chromium has no sandbox. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  });
}

/** The console as somebody has it before him, with what goes wrong in it. */
export interface Visit {
  readonly page: Page;
  /** What the browser's console has of errors and warnings. */
  readonly complaints: readonly string[];
  /** What came by WebSockets. */
  readonly pushed: readonly string[];
  close(): Promise<void>;
}

export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  const pushed: string[] = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => pushed.push(String(payload))));
  await page.goto(url);
  return { page, complaints, pushed, close: () => context.close() };
}

/** Waits until the state of the workflow is shown so. */
export async function shows(page: Page, state: string, status: string): Promise<void> {
  await page.locator(`[data-state="${state}"][data-status="${status}"]`).waitFor({ timeout: 40_000 });
}

/** What axe finds of the kinds that keep people out: rule, impact and the first element. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // Passed on as text: what compiles these tests knows nothing of the page that runs it.
  const run = `axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => id + ' (' + impact + '): ' + nodes[0].html))`;
  return page.evaluate(run) as Promise<string[]>;
}

/**
 * The longest task of the page while the work is done, in milliseconds of processor time, so that what else runs on the
 * machine does not count.
 */
export async function longestTask(browser: Browser, page: Page, work: () => Promise<void>): Promise<number> {
  await browser.startTracing(page);
  await work();
  const { traceEvents } = JSON.parse(String(await browser.stopTracing())) as { traceEvents: TraceEvent[] };
  const threads = new Set(
    traceEvents.filter(({ args }) => args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, pid, tid }) => name === 'RunTask' && threads.has(`${pid} ${tid}`),
  );
  const times = tasks.flatMap(({ tdur }) => tdur ?? []);
  if (times.length === 0) throw new Error('The browser recorded no tasks with their processor time.');
  return Math.max(...times) / 1_000;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** In microseconds. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}
