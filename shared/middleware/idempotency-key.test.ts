import { describe, expect, it } from '@jest/globals';
import { InvalidInput } from '../errors.ts';
import { requestKeyOf, requiredRequestKeyOf } from './idempotency-key.ts';

const asked = (key?: string) => ({
  caller: 'alice',
  headers: key === undefined ? {} : { 'idempotency-key': key },
});
const refusalOf = (ask: () => unknown) => {
  try {
    ask();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe.each([
  ['that may have a key', requestKeyOf],
  ['that must have one', requiredRequestKeyOf],
])('a request %s', (_, keyOf) => {
  it('is named by its caller and the header', () => {
    expect(keyOf(asked('!k-1~'))).toEqual({ caller: 'alice', key: '!k-1~' });
    expect(keyOf(asked('x'.repeat(255)))).toEqual({ caller: 'alice', key: 'x'.repeat(255) });
  });

  it('is named by the header alone where nobody signs in', () => {
    expect(keyOf({ headers: { 'idempotency-key': 'k' } })).toEqual({ caller: '', key: 'k' });
  });

  it.each([[''], ['with space'], ['ü'], ['tab\t'], ['x'.repeat(256)]])(
    'is refused with the key %j',
    (key) => {
      const refusal = refusalOf(() => keyOf(asked(key)));
      expect(refusal).toBeInstanceOf(InvalidInput);
      expect(refusal).toMatchObject({
        message: 'The Idempotency-Key is not valid.',
        fields: [
          {
            in: 'header',
            pointer: '/idempotency-key',
            detail: 'must be 1 to 255 printable ASCII characters',
          },
        ],
      });
    },
  );
});

describe('a request without a key', () => {
  it('has no name', () => {
    expect(requestKeyOf(asked())).toBeUndefined();
  });

  it('is refused where it must have one, naming the header', () => {
    const refusal = refusalOf(() => requiredRequestKeyOf(asked()));
    expect(refusal).toBeInstanceOf(InvalidInput);
    expect(refusal).toMatchObject({
      message: 'An Idempotency-Key is needed.',
      fields: [{ in: 'header', pointer: '/idempotency-key', detail: 'is required' }],
    });
  });
});
