import { describe, expect, it } from '@jest/globals';
import { patching, replacing } from './item-changes.ts';

const now = new Date('2026-11-22T10:00:00Z');
const edit = { at: '2026-11-22T10:00:00.000Z' };
const required = { sku: 'S', name: 'N', category: 'C', price: { amount: 1, currency: 'EUR' } };

describe('replacing an item', () => {
  it('sets what is given, empties what is not, and leaves stock alone', () => {
    expect(replacing(required, now)).toEqual({
      set: [
        [['sku'], 'S'],
        [['name'], 'N'],
        [['category'], 'C'],
        [['price'], { amount: 1, currency: 'EUR' }],
        [['attributes'], {}],
      ],
      remove: [['description']],
      edit,
    });
  });

  it('sets description and stock when they are given', () => {
    const { set, remove } = replacing({ ...required, description: '', stock: 0 }, now);
    expect(set).toContainEqual([['description'], '']);
    expect(set).toContainEqual([['stock'], 0]);
    expect(remove).toEqual([]);
  });
});

describe('patching an item', () => {
  it.each([
    ['nothing', {}, { set: [], remove: [] }],
    ['one field', { name: 'New' }, { set: [[['name'], 'New']], remove: [], edit }],
    ['a part of the price', { price: { amount: 5 } }, { set: [[['price', 'amount'], 5]], remove: [], edit }],
    ['a removed description', { description: null }, { set: [], remove: [['description']], edit }],
    [
      'one attribute set and one removed',
      { attributes: { colour: 'red', 'a.b': null } },
      { set: [[['attributes', 'colour'], 'red']], remove: [['attributes', 'a.b']], edit },
    ],
    ['all attributes removed', { attributes: null }, { set: [[['attributes'], {}]], remove: [], edit }],
    ['no attribute changed', { attributes: {} }, { set: [], remove: [] }],
    ['stock, which is no edit', { stock: 0 }, { set: [[['stock'], 0]], remove: [] }],
    [
      'stock beside a field',
      { stock: 3, sku: 'T' },
      {
        set: [
          [['sku'], 'T'],
          [['stock'], 3],
        ],
        remove: [],
        edit,
      },
    ],
  ])('writes only what a patch of %s asks for', (_, patch, changes) => {
    expect(patching(patch, now)).toEqual(changes);
  });
});
