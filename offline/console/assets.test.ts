import { gzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { bundleScript, consoleAssets } from './assets.ts';

it('have a script below 150 KB as it would travel', async () => {
  const script = await bundleScript();
  expect(gzipSync(script).length).toBeLessThan(150_000);
});

it('are the page, its style and its icon, with no script or style within the page', async () => {
  const asset = consoleAssets();
  const page = String((await asset(''))?.body);
  expect(page).toContain('src="/console/app.js"');
  expect(page).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\ssrc=)|https?:/);
  expect((await asset('style.css'))?.contentType).toBe('text/css; charset=utf-8');
  expect((await asset('icon.svg'))?.contentType).toBe('image/svg+xml');
});

it.each(['main.tsx', '../package.json', 'constructor', 'README.md'])('are none at %s', (path) => {
  expect(consoleAssets()(path)).toBeUndefined();
});
