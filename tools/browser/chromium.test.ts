import { expect, it } from '@jest/globals';
import { findChromium } from './chromium.ts';

const has =
  (...files: string[]) =>
  (file: string) =>
    files.includes(file);

it('is what CHROMIUM names', () => {
  const environment = { CHROMIUM: '/opt/chromium', PATH: '/usr/bin' };
  expect(findChromium(environment, has('/opt/chromium', '/usr/bin/chromium'))).toBe('/opt/chromium');
});

it('is the first on the PATH otherwise', () => {
  const environment = { PATH: '/bin:/usr/bin' };
  expect(findChromium(environment, has('/usr/bin/google-chrome'))).toBe('/usr/bin/google-chrome');
});

it('is missed in one line that says what to install', () => {
  expect(() => findChromium({ PATH: '/bin' }, has())).toThrow(
    'No browser was found. Install chromium or google-chrome, or name one in CHROMIUM.',
  );
  expect(() => findChromium({ CHROMIUM: '/opt/none', PATH: '/bin' }, has('/bin/chromium'))).toThrow(
    'CHROMIUM names /opt/none, which is no program.',
  );
});
