import { expect, it } from '@jest/globals';
import { csv } from './csv.ts';

it.each([
  ['plain', 'plain'],
  ['', ''],
  ['Möbel, groß', '"Möbel, groß"'],
  ['the "best"', '"the ""best"""'],
  ['two\nlines', '"two\nlines"'],
  ['two\r\nlines', '"two\r\nlines"'],
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', '"\'\r=1"'],
  ['=HYPERLINK("http://evil.example","x")', '"\'=HYPERLINK(""http://evil.example"",""x"")"'],
  ['a=b', 'a=b'],
])('%j is written as %j', (text, field) => {
  expect(csv([['first', text]])).toBe(`first,${field}\r\n`);
});

it('ends every line with CRLF', () => {
  expect(
    csv([
      ['a', 'b'],
      ['c', 'd'],
    ]),
  ).toBe('a,b\r\nc,d\r\n');
});
