import { expect, it } from '@jest/globals';
import { table } from './log.ts';

it('lines values up and leaves out what does not run', () => {
  expect(
    table([
      ['API', 'http://a'],
      ['Reports', null],
      ['Issuer', 'http://b'],
    ]),
  ).toBe('  API     http://a\n  Issuer  http://b');
});
