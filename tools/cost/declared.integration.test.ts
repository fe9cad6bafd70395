import { expect, it } from '@jest/globals';
import { compileDeclared, readDeclared } from './declared.ts';

it('finds in the templates what the cost report was made of', async () => {
  const { functions, stages } = readDeclared();
  const title = 'dev with reports behind endpoints';
  // When they differ: npm run cost -- --write
  expect(await compileDeclared([title])).toEqual({ functions, stages: { [title]: stages[title] } });
}, 120_000);
