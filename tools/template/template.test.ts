import { expect, it } from '@jest/globals';
import { spell } from './template.ts';

it.each([
  ['a plain name', 'a plain name'],
  [{ Ref: 'Table' }, '${Table}'],
  [{ 'Fn::GetAtt': ['Table', 'Arn'] }, '${Table.Arn}'],
  [{ 'Fn::Join': ['/', [{ 'Fn::GetAtt': ['Table', 'Arn'] }, '*']] }, '${Table.Arn}/*'],
  [{ 'Fn::Sub': '${Table.Arn}/index/*' }, '${Table.Arn}/index/*'],
  [{ 'Fn::Sub': ['${fn}:*', { fn: { 'Fn::GetAtt': ['Get', 'Arn'] } }] }, '${Get.Arn}:*'],
])('%j is spelled %s', (value, text) => {
  expect(spell(value)).toBe(text);
});
