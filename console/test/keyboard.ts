import type { Page } from 'playwright-core';
import { until } from '../../offline/test/processes.ts';

/** Whose focus it is, as people know it: by its text, its label or its name. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement)) return '';
    const label = element instanceof HTMLSelectElement || element instanceof HTMLInputElement;
    const named = label ? element.labels?.[0]?.firstChild?.textContent : element.textContent;
    return (named ?? '').trim();
  });
}

/** Presses Tab until it is there. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  await until(async () => {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    return typeof name === 'string' ? now === name : name.test(now);
  });
}
