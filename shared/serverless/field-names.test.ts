import { search as jmespath } from '@aws-lambda-powertools/jmespath';
import { describe, expect, it } from '@jest/globals';
import { search } from './field-names.ts';

const request = { caller: 'alice', key: 'k-1', content: { id: 'mug', stock: 0, attributes: null } };

describe('a search by names of fields', () => {
  it.each([
    ['[caller, key]', request, ['alice', 'k-1']],
    ['[caller, key]', { key: 'k-1' }, [null, 'k-1']],
    ['content', request, { id: 'mug', stock: 0, attributes: null }],
    ['content', { caller: 'alice' }, null],
  ] as const)('finds by %s what JMESPath finds', (expression, data, found) => {
    expect(search(expression, data)).toEqual(found);
    expect(jmespath(expression, data)).toEqual(found);
  });

  it.each(['content.id', 'keys(@)', '[caller', '', 'powertools_json(body)'])('refuses %p', (expression) => {
    expect(() => search(expression, request)).toThrow(`not "${expression}"`);
  });
});
