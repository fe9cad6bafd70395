import { describe, expect, it } from '@jest/globals';
import { eventOf, type HttpRequest } from './event.ts';

const match = {
  route: { routeKey: 'GET /items/{id}', method: 'GET', segments: ['items', '{id}'], functionKey: 'getItem' },
  pathParameters: { id: 'a b' },
};
const request: HttpRequest = {
  method: 'GET',
  target: '/items/a%20b',
  rawHeaders: ['Host', 'shop.local:3000', 'User-Agent', 'test', 'X-Amzn-Trace-Id', 'Root=1'],
  remoteAddress: '127.0.0.1',
  localPort: 3000,
  body: Buffer.alloc(0),
  requestId: 'request-1',
  receivedAt: Date.UTC(2026, 10, 2, 3, 4, 5),
};
const event = (changes: Partial<HttpRequest>) => eventOf({ ...request, ...changes }, match, undefined);

describe('the event', () => {
  it('of a plain request has what AWS sends and leaves out what it leaves out', () => {
    expect(event({})).toEqual({
      version: '2.0',
      routeKey: 'GET /items/{id}',
      rawPath: '/items/a b',
      rawQueryString: '',
      headers: {
        'content-length': '0',
        host: 'shop.local:3000',
        'user-agent': 'test',
        'x-amzn-trace-id': 'Root=1',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': '3000',
        'x-forwarded-proto': 'http',
      },
      requestContext: {
        accountId: '000000000000',
        apiId: 'local',
        domainName: 'shop.local',
        domainPrefix: 'local',
        http: {
          method: 'GET',
          path: '/items/a b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        requestId: 'request-1',
        routeKey: 'GET /items/{id}',
        stage: '$default',
        time: '02/Nov/2026:03:04:05 +0000',
        timeEpoch: 1_793_588_645_000,
      },
      pathParameters: { id: 'a b' },
      isBase64Encoded: false,
    });
  });

  it('keeps the query as it was sent and decodes its parameters once', () => {
    const { rawQueryString, queryStringParameters } = event({ target: '/items/7?a=%2525&b=1&b=2&c' });
    expect(rawQueryString).toBe('a=%2525&b=1&b=2&c');
    expect(queryStringParameters).toEqual({ a: '%25', b: '1,2', c: '' });
  });

  it('joins headers of one name and sets cookies apart', () => {
    const { headers, cookies } = event({
      rawHeaders: ['Accept', 'a', 'ACCEPT', 'b', 'Cookie', 'x=1; y=2', 'X-Forwarded-For', '10.0.0.1'],
    });
    expect(headers.accept).toBe('a,b');
    expect(headers['x-forwarded-for']).toBe('10.0.0.1, 127.0.0.1');
    expect(headers).not.toHaveProperty('cookie');
    expect(cookies).toEqual(['x=1', 'y=2']);
  });

  it('carries the claims of a verified token', () => {
    const jwt = { claims: { sub: 'alice' }, scopes: null };
    expect(eventOf(request, match, jwt).requestContext).toMatchObject({ authorizer: { jwt } });
  });

  it.each([
    ['application/json', '{}', '{}', false],
    ['application/merge-patch+json; charset=utf-8', '{}', '{}', false],
    ['text/plain', 'é', 'é', false],
    [undefined, 'x', 'x', false],
    ['application/x-www-form-urlencoded', 'a=1', 'YT0x', true],
    ['image/png', 'x', 'eA==', true],
    ['application/json', Buffer.from([0xff]), '/w==', true],
  ])('with a body of type %s', (type, sent, body, isBase64Encoded) => {
    const rawHeaders = type === undefined ? [] : ['Content-Type', type];
    expect(event({ rawHeaders, body: Buffer.from(sent) })).toMatchObject({ body, isBase64Encoded });
  });
});
