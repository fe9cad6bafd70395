import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as z from 'zod/mini';
import { Conflict, DependencyFailed, InvalidInput, NotFound, Throttled } from '../errors.ts';
import { httpEvent, jsonEvent, lambdaContext } from '../testing/http-event.ts';
import { type HttpRequest, httpHandler } from './http.ts';

const body = z.strictObject({
  name: z.string(),
  price: z.optional(z.strictObject({ amount: z.int().check(z.gte(0)) })),
});
type Body = z.infer<typeof body>;

/** Answers with what came through, so that a test sees it. */
const echo = httpHandler({ body }, async (request: HttpRequest<undefined, undefined, Body>) => ({
  status: 200,
  json: { body: request.body, caller: request.caller, correlationId: request.correlationId },
}));
const throwing = (error: unknown) =>
  httpHandler({}, async () => {
    throw error;
  });

const post = (payload: unknown, changes = {}) =>
  echo(jsonEvent('POST /echo', payload, changes), lambdaContext);
const problem = (result: { body?: string | undefined }) => JSON.parse(result.body ?? '');

// Faults are counted in lines on the console; what they say is tested beside the log.
beforeEach(() => void jest.spyOn(console, 'log').mockImplementation(() => undefined));

describe('the http stack', () => {
  it('hands a valid body to the handler and its answer to the caller', async () => {
    const result = await post({ name: 'Lamp' });
    expect(result.statusCode).toBe(200);
    expect(result.headers?.['content-type']).toBe('application/json');
    expect(problem(result).body).toEqual({ name: 'Lamp' });
  });

  it('reads header names in any case', async () => {
    const result = await post(
      { name: 'Lamp' },
      { headers: { 'content-type': undefined, 'Content-Type': 'application/json' } },
    );
    expect(result.statusCode).toBe(200);
  });

  it("tells the handler who asks by the token's subject", async () => {
    const result = await post({ name: 'Lamp' }, { claims: { sub: 'alice' } });
    expect(problem(result).caller).toBe('alice');
  });

  it.each([
    ['malformed JSON', '{"name":', 400, 'The body is not valid JSON.'],
    ['an empty body', '', 400, 'The body is empty.'],
    [
      'the key __proto__',
      '{"name":"x","__proto__":{"a":1}}',
      400,
      'The body has the forbidden key "__proto__".',
    ],
    [
      'the key __proto__ deep inside',
      '{"name":"x","a":[{"__proto__":1}]}',
      400,
      'The body has the forbidden key "__proto__".',
    ],
    [
      'the key constructor',
      '{"name":"x","constructor":1}',
      400,
      'The body has the forbidden key "constructor".',
    ],
    ['the key prototype', '{"name":"x","prototype":{}}', 400, 'The body has the forbidden key "prototype".'],
    ['what was no UTF-8 before the gateway', '{"name":"\uFFFD"}', 400, 'The body is not valid UTF-8.'],
    ['262,145 bytes', JSON.stringify({ name: 'x'.repeat(262_134) }), 413, 'The body is larger than 256 KB.'],
    [
      'nesting beyond the stack',
      '['.repeat(100_000) + ']'.repeat(100_000),
      400,
      'The body is not valid JSON.',
    ],
  ])('refuses a body with %s', async (_, payload, status, detail) => {
    const result = await post(payload);
    expect(result.statusCode).toBe(status);
    expect(problem(result).detail).toBe(detail);
    expect(result.headers?.['content-type']).toBe('application/problem+json');
  });

  it('takes a body of exactly 262,144 bytes', async () => {
    const payload = JSON.stringify({ name: 'x'.repeat(262_133) });
    expect(payload).toHaveLength(262_144);
    expect((await post(payload)).statusCode).toBe(200);
  });

  it.each([
    ['valid base64 of UTF-8', Buffer.from('{"name":"Lämpchen"}').toString('base64'), 200],
    ['base64 of bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('base64'), 400],
    ['no valid base64', '{"name":"Lamp"}', 400],
    ['base64 of 262,145 bytes', Buffer.alloc(262_145, 'x').toString('base64'), 413],
  ])('answers a body marked as base64 with %s', async (_, payload, status) => {
    const result = await post(payload, { isBase64Encoded: true });
    expect(result.statusCode).toBe(status);
  });

  it.each([
    ['text/plain'],
    ['application/xml'],
    ['application/json-patch+json'],
    ['application/json; charset=iso-8859-1'],
    ['application/json; charset=utf-16'],
    [undefined],
  ])('refuses the media type %s', async (type) => {
    const result = await post({ name: 'Lamp' }, { headers: { 'content-type': type } });
    expect(result.statusCode).toBe(415);
    expect(problem(result)).toMatchObject({
      type: 'urn:shop:problem:unsupported-media-type',
      status: 415,
      detail: 'The body must be application/json in UTF-8.',
    });
  });

  it.each([['application/json; charset=utf-8'], ['Application/JSON'], ['application/json;charset="UTF-8"']])(
    'takes the media type %s',
    async (type) => {
      expect((await post({ name: 'Lamp' }, { headers: { 'content-type': type } })).statusCode).toBe(200);
    },
  );

  it('takes the media types that the contract names', async () => {
    const mediaTypes = ['application/json', 'application/merge-patch+json'];
    const handler = httpHandler({ body, mediaTypes }, async () => ({ status: 204 }));
    const ask = (type: string) =>
      handler(jsonEvent('PATCH /echo', { name: 'x' }, { headers: { 'content-type': type } }), lambdaContext);
    expect((await ask('application/merge-patch+json')).statusCode).toBe(204);
    expect((await ask('application/json-patch+json')).statusCode).toBe(415);
  });

  it('points to every field that is wrong', async () => {
    const result = await post({ name: 7, price: { amount: -1, cents: 3 }, 'a/b~c': true });
    expect(result.statusCode).toBe(400);
    expect(problem(result)).toEqual({
      type: 'urn:shop:problem:invalid-input',
      title: 'Invalid input',
      status: 400,
      detail: 'The request is not valid.',
      errors: [
        { in: 'body', pointer: '/name', detail: 'Invalid input: expected string, received number' },
        { in: 'body', pointer: '/price/amount', detail: 'Too small: expected number to be >=0' },
        { in: 'body', pointer: '/price/cents', detail: 'is not a known field' },
        { in: 'body', pointer: '/a~1b~0c', detail: 'is not a known field' },
      ],
      requestId: 'request-1',
    });
  });

  it('says of a missing field that it is required', async () => {
    const result = await post({});
    expect(problem(result).errors).toEqual([{ in: 'body', pointer: '/name', detail: 'is required' }]);
  });

  it('validates path and query parameters by the contract', async () => {
    const handler = httpHandler(
      { path: z.strictObject({ id: z.string().check(z.maxLength(3)) }), query: z.strictObject({}) },
      async ({ path }) => ({ status: 200, json: path }),
    );
    const ask = (id: string, query?: Record<string, string>) =>
      handler(
        httpEvent({ pathParameters: { id }, ...(query && { queryStringParameters: query }) }),
        lambdaContext,
      );

    expect(problem(await ask('abc'))).toEqual({ id: 'abc' });
    expect(problem(await ask('abcd', { page: '2' })).errors).toEqual([
      { in: 'path', pointer: '/id', detail: 'Too big: expected string to have <=3 characters' },
      { in: 'query', pointer: '/page', detail: 'is not a known field' },
    ]);
  });

  it.each([
    [new InvalidInput('Bad.'), 400, undefined],
    [new NotFound('Gone.'), 404, undefined],
    [new Conflict('Taken.'), 409, undefined],
    [new Throttled('Slow down.'), 429, '1'],
  ])('answers %p with its status and its message', async (error, status, retryAfter) => {
    const result = await throwing(error)(httpEvent(), lambdaContext);
    expect(result.statusCode).toBe(status);
    expect(result.headers?.['retry-after']).toBe(retryAfter);
    expect(problem(result).detail).toBe(error.message);
  });

  it.each([
    [new DependencyFailed('arn:aws:dynamodb:secret'), 503, 'dependency-failed', 'Service unavailable'],
    [new TypeError('undefined is not a function at /var/task/secret.mjs'), 500, 'internal', 'Internal error'],
    ['a string', 500, 'internal', 'Internal error'],
  ])('tells nothing of the inside but the request id for %p', async (error, status, type, title) => {
    const result = await throwing(error)(httpEvent(), lambdaContext);
    expect(result.statusCode).toBe(status);
    expect(problem(result)).toEqual({
      type: `urn:shop:problem:${type}`,
      title,
      status,
      requestId: 'request-1',
    });
  });

  it('puts security headers, CORS and the correlation id on answers and on refusals', async () => {
    const headers = { origin: 'https://shop.example', 'x-correlation-id': 'order-42' };
    for (const result of [await post({ name: 'Lamp' }, { headers }), await post('{', { headers })]) {
      expect(result.headers).toMatchObject({
        'X-Content-Type-Options': 'nosniff',
        'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
        'Referrer-Policy': 'no-referrer',
        'content-security-policy':
          "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
        'Access-Control-Allow-Origin': 'https://shop.example',
        'x-correlation-id': 'order-42',
      });
    }
  });

  it('allows no other origin', async () => {
    const result = await post({ name: 'Lamp' }, { headers: { origin: 'https://evil.example' } });
    expect(result.headers).not.toHaveProperty('Access-Control-Allow-Origin');
  });

  it.each([
    ['absent', undefined],
    ['too long', 'x'.repeat(129)],
    ['able to forge a log line', 'a\n{"level":"ERROR"}'],
  ])('takes the request id for the correlation id when the given one is %s', async (_, given) => {
    const result = await post({ name: 'Lamp' }, { headers: { 'x-correlation-id': given } });
    expect(result.headers?.['x-correlation-id']).toBe('request-1');
  });
});
