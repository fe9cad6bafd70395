import { describe, expect, it } from '@jest/globals';
import { InvalidInput } from '../../../../shared/errors.ts';
import { lamp } from '../../test/lamp.ts';
import { entityTag, isCurrent, preconditionOf } from './entity-tag.ts';

describe('the entity tag of an item', () => {
  it('names its version and its stock', () => {
    expect(entityTag({ ...lamp, version: 3, stock: 17 })).toBe('"3-17"');
  });
});

describe('If-Match', () => {
  it.each([
    [undefined, {}],
    ['*', {}],
    ['"3-17"', { versions: [3] }],
    ['"3-99"', { versions: [3] }],
    ['"3-17", "4-2"', { versions: [3, 4] }],
    ['W/"3-17"', { versions: [] }],
    ['"abc"', { versions: [] }],
    ['"0-1"', { versions: [] }],
  ])('%s asks for %j', (header, precondition) => {
    expect(preconditionOf(header)).toEqual(precondition);
  });

  it.each([['3-17'], ['"3-17'], ['"3"x'], [''], ['"3-17",']])('refuses %j', (header) => {
    expect(() => preconditionOf(header)).toThrow(InvalidInput);
  });
});

describe('If-None-Match', () => {
  const item = { ...lamp, version: 3, stock: 17 };

  it.each([
    [undefined, false],
    ['*', true],
    ['"3-17"', true],
    ['W/"3-17"', true],
    ['"1-1", "3-17"', true],
    ['"3-16"', false],
    ['"2-17"', false],
  ])('%s finds the copy current: %p', (header, current) => {
    expect(isCurrent(item, header)).toBe(current);
  });
});
