import { describe, expect, it } from '@jest/globals';
import { digest } from './digest.ts';

describe('a digest', () => {
  it('is the SHA-256 of the value as JSON with its keys in order', () => {
    // printf '{"a":[1,{"c":null,"d":"é"}],"b":true}' | openssl dgst -sha256 -binary | basenc --base64url
    expect(digest({ b: true, a: [1, { d: 'é', c: null }] })).toBe(
      'R_k6RKumPHJZQp12ayE3uTZralAVxmBXoi9RCXDKjAo',
    );
  });

  it('tells apart what is in another order in a list, or of another type', () => {
    const values = [['a', 'b'], ['b', 'a'], ['ab'], 'ab', { a: 'b' }, { a: ['b'] }, [], {}, '', null, 0, '0'];
    expect(new Set(values.map(digest)).size).toBe(values.length);
  });
});
