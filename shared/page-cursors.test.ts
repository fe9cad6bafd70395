import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { InvalidCursor, signedPageCursors } from './page-cursors.ts';

const cursors = signedPageCursors(async () => Buffer.alloc(32, 1));
const scope = ['items', 'lighting'];

describe('a page cursor', () => {
  it('opens to the position it was sealed with', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }).filter((s) => s.isWellFormed()),
        async (position) => {
          expect(await cursors.open(await cursors.seal(position, scope), scope)).toBe(position);
        },
      ),
    );
  });

  it('does not open in another scope', async () => {
    const token = await cursors.seal('id-1', scope);
    for (const other of [['items', ''], ['items'], ['items', 'lighting', 'alice'], ['itemslighting']]) {
      await expect(cursors.open(token, other)).rejects.toThrow(InvalidCursor);
    }
  });

  it('does not open under another key', async () => {
    const foreign = signedPageCursors(async () => Buffer.alloc(32, 2));
    await expect(cursors.open(await foreign.seal('id-1', scope), scope)).rejects.toThrow(InvalidCursor);
  });

  it('does not open when any character of it is changed', async () => {
    const token = await cursors.seal('id-1', scope);
    for (let index = 0; index < token.length; index++) {
      const other = token[index] === 'A' ? 'B' : 'A';
      const forged = token.slice(0, index) + other + token.slice(index + 1);
      await expect(cursors.open(forged, scope)).rejects.toThrow(InvalidCursor);
    }
  });

  it('does not open in another spelling of the same bytes', async () => {
    const token = await cursors.seal('id-1', scope);
    for (const spelling of [`${token}=`, `${token}!!`, token.replace('.', ' .'), token.replace('.', '=.')]) {
      await expect(cursors.open(spelling, scope)).rejects.toThrow(InvalidCursor);
    }
  });

  it.each([[''], ['.'], ['abc'], ['aWQtMQ.'], ['a.b.c']])('does not open from %j', async (token) => {
    await expect(cursors.open(token, scope)).rejects.toThrow(InvalidCursor);
  });
});
