import { describe, expect, it } from '@jest/globals';
import { matchRoute, routesOf } from './routes.ts';

const routes = routesOf({
  fallback: { events: [{ httpApi: '*' }] },
  files: { events: [{ httpApi: 'GET /files/{path+}' }] },
  anyItem: { events: [{ httpApi: { method: '*', path: '/items/{id}' } }] },
  getItem: { events: [{ httpApi: { method: 'get', path: '/items/{id}' } }, { sqs: 'queue' }] },
  latest: { events: [{ httpApi: 'GET /items/latest' }] },
  root: { events: [{ httpApi: 'GET /' }] },
});

describe('a request', () => {
  it.each([
    ['GET', '/', 'root', {}],
    ['GET', '/items/latest', 'latest', {}],
    ['GET', '/items/7', 'getItem', { id: '7' }],
    ['DELETE', '/items/latest', 'anyItem', { id: 'latest' }],
    ['GET', '/items/a%2Fb', 'getItem', { id: 'a/b' }],
    ['GET', '/items/', 'fallback', { default: 'items/' }],
    ['GET', '/items/7/', 'fallback', { default: 'items/7/' }],
    ['GET', '/files/a/b.txt', 'files', { path: 'a/b.txt' }],
    ['GET', '/files/', 'fallback', { default: 'files/' }],
    ['HEAD', '/items/latest', 'anyItem', { id: 'latest' }],
  ])('%s %s goes to %s', (method, path, functionKey, pathParameters) => {
    const match = matchRoute(routes, method, path);
    expect(match?.route.functionKey).toBe(functionKey);
    expect(match?.pathParameters).toEqual(pathParameters);
  });

  it('goes nowhere without a route for it', () => {
    const only = routesOf({ f: { events: [{ httpApi: 'GET /items' }] } });
    expect(matchRoute(only, 'POST', '/items')).toBeUndefined();
    expect(matchRoute(only, 'GET', '/Items')).toBeUndefined();
  });

  it('with a malformed path throws', () => {
    expect(() => matchRoute(routes, 'GET', '/items/%zz')).toThrow(URIError);
  });
});

describe('a declared route', () => {
  it('has the key of the HTTP API and its authorizer', () => {
    const authorizer = { name: 'shopJwt', scopes: ['shop/items.write'] };
    expect(
      routesOf({ f: { events: [{ httpApi: { method: 'post', path: '/items', authorizer } }] } }),
    ).toEqual([
      { routeKey: 'POST /items', method: 'POST', segments: ['items'], functionKey: 'f', authorizer },
    ]);
    expect(routes.at(-1)?.routeKey).toBe('$default');
  });

  it('with an authorizer that has no name is refused', () => {
    expect(() =>
      routesOf({ f: { events: [{ httpApi: { path: '/', authorizer: { type: 'aws_iam' } } }] } }),
    ).toThrow('function f: only authorizers that are referred to by name run locally.');
  });
});
