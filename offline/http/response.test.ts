import { expect, it } from '@jest/globals';
import { responseOf } from './response.ts';

const text = (result: unknown) => {
  const { body, ...rest } = responseOf(result);
  return { ...rest, body: body.toString() };
};

it('sends what a function says, with lower-case header names', () => {
  expect(
    text({ statusCode: 201, headers: { ETag: '"1"', 'X-N': 1 }, cookies: ['a=1', 'b=2'], body: 'x' }),
  ).toEqual({
    status: 201,
    headers: {
      'content-type': 'text/plain;charset=utf-8',
      etag: '"1"',
      'x-n': '1',
      'set-cookie': ['a=1', 'b=2'],
    },
    body: 'x',
  });
});

it('decodes a body in base64', () => {
  expect(responseOf({ statusCode: 200, body: '/w==', isBase64Encoded: true }).body).toEqual(
    Buffer.from([0xff]),
  );
});

it.each([
  [{ a: 1 }, '{"a":1}'],
  ['hello', 'hello'],
  [null, 'null'],
])('takes a result without a status as the JSON body of a 200', (result, body) => {
  expect(text(result)).toEqual({ status: 200, headers: { 'content-type': 'application/json' }, body });
});

it.each([
  [{ statusCode: 'ok' }],
  [{ statusCode: 99 }],
  [{ statusCode: 200, body: { a: 1 } }],
  [{ statusCode: 200, headers: 'x' }],
])('answers 500 for the malformed result %j', (result) => {
  expect(text(result)).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
});
