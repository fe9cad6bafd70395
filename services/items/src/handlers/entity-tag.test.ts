import { describe, expect, it } from '@jest/globals';
import { InvalidInput } from '../../../../shared/errors.ts';
import { lamp } from '../../test/lamp.ts';
import { entityTag, isCurrent, preconditionOf } from './entity-tag.ts';

/** 2026-11-01T12:00:00Z is 1793534400000 ms, in base 36 mvxs2o00. */
const item = { ...lamp, version: 3, stock: 17 };
const state = { version: 3, stock: 17, createdAt: '2026-11-01T12:00:00.000Z' };

describe('the entity tag of an item', () => {
  it('names its version, its stock and when it was created', () => {
    expect(entityTag(item)).toBe('"3-17-mvxs2o00"');
  });
});

describe('If-Match', () => {
  it.each([
    [undefined, {}],
    ['*', {}],
    ['"3-17-mvxs2o00"', { states: [state] }],
    ['"3-17-mvxs2o00", "4-2-mvxs2o00"', { states: [state, { ...state, version: 4, stock: 2 }] }],
    ['W/"3-17-mvxs2o00"', { states: [] }],
    ['"abc", "a,b"', { states: [] }],
    ['"3-17"', { states: [] }],
    ['"0-1-mvxs2o00"', { states: [] }],
    ['"3-17-zzzzzzzzz"', { states: [{ ...state, createdAt: '5188-04-22T11:04:28.415Z' }] }],
  ])('%s asks for %j', (header, precondition) => {
    expect(preconditionOf(header)).toEqual(precondition);
  });

  it.each([['3-17'], ['"3-17'], ['"3"x'], [''], ['"3-17",'], ['"a" "b"']])('refuses %j', (header) => {
    expect(() => preconditionOf(header)).toThrow(InvalidInput);
  });
});

describe('If-None-Match', () => {
  it.each([
    [undefined, false],
    ['*', true],
    ['"3-17-mvxs2o00"', true],
    ['W/"3-17-mvxs2o00"', true],
    ['"1-1", "3-17-mvxs2o00"', true],
    ['"3-16-mvxs2o00"', false],
    ['"2-17-mvxs2o00"', false],
    ['"3-17-mvxs2o01"', false],
  ])('%s finds the copy current: %p', (header, current) => {
    expect(isCurrent(entityTag(item), header)).toBe(current);
  });
});
