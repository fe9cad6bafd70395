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

it('have the script built once, and again after that failed', async () => {
  const built = [new Error('no memory'), Buffer.from('first'), Buffer.from('second')];
  const asset = consoleAssets(async () => {
    const next = built.shift();
    if (!(next instanceof Uint8Array)) throw next;
    return next;
  });
  await expect(asset('app.js')).rejects.toThrow('no memory');
  expect(String((await asset('app.js'))?.body)).toBe('first');
  expect(String((await asset('app.js'))?.body)).toBe('first');
});
