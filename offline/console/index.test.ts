import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Faults } from '../aws/faults.ts';
import type { Controlled } from '../control/index.ts';
import { RecentInvocations } from '../control/recent.ts';
import { routesOf } from '../http/routes.ts';
import { startHttpApi } from '../http/server.ts';
import type { LambdaRunner } from '../lambda/runner.ts';
import type { Serving } from '../serve.ts';
import type { TokenRequest } from '../services/identity/index.ts';
import { consoleApp } from './index.ts';

const faults = new Faults();
const controlled = {
  ...{ faults, recent: new RecentInvocations(), lambda: { inFlight: [], pending: 0 } },
  messaging: { queues: () => [{ name: 'lost' }], messages: () => [{ messageId: 'm', body: 'secret' }] },
  eventBridge: { recentEvents: () => [] },
  stepFunctions: { machines: () => [], executionsSince: () => ({ executions: [], finished: 0 }) },
} as unknown as Controlled;
const tokens: TokenRequest[] = [];
const issuer = {
  async token(asked: TokenRequest) {
    tokens.push(asked);
    return 'a.b.c';
  },
};
const page = consoleApp({ controlled, issuer, live: 'ws://127.0.0.1:3001' });
const runner = {
  invoke: async () => ({
    payload: '"of the API"',
    requestId: 'r',
    durationMs: 1,
    isCold: false,
    printed: '',
  }),
} as unknown as LambdaRunner;
const start = (events: readonly unknown[]) =>
  startHttpApi(0, {
    ...{ routes: routesOf({ f: { events } }), authorizers: new Map(), runner, console: page },
    cors: undefined,
    log: () => undefined,
  });

let serving: Serving;
let own: Record<string, string>;
beforeAll(async () => {
  serving = await start([{ httpApi: 'GET /items' }]);
  own = { origin: serving.url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
});
afterAll(() => serving.close());
beforeEach(() => {
  faults.set({});
  tokens.splice(0);
});

interface Call {
  readonly to?: Serving;
  readonly headers?: Record<string, string>;
  readonly body?: object | null;
}

/** As a browser or any other program would; unlike fetch it may name any host. */
async function call(
  method: string,
  path: string,
  { to = serving, headers = {}, body }: Call = {},
): Promise<IncomingMessage> {
  const json = body === undefined ? undefined : JSON.stringify(body);
  const length = json === undefined ? {} : { 'content-length': String(Buffer.byteLength(json)) };
  const sent = request(new URL(path, to.url), { method, headers: { ...length, ...headers } }).end(json);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}
const status = async (...given: Parameters<typeof call>) => {
  const response = await call(...given);
  response.destroy();
  return response.statusCode;
};

const rule = { service: 'sqs', fault: 'error' };
const CHANGES = [
  ['PUT', '/console/api/faults', { rules: [rule] }],
  ['POST', '/console/api/token', { customer: 'eve' }],
  ['POST', '/console/api/queues/lost/redrive', {}],
] as const;
const READS = ['/console/api/stream', '/console/api/queues/lost/messages'];

describe('the console', () => {
  it('is a page that runs no script but its own, and is shown in no other page', async () => {
    const response = await call('GET', '/console');
    expect(response.statusCode).toBe(200);
    expect(await text(response)).toContain('<!doctype html>');
    const policy = String(response.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("; connect-src 'self' ws://127.0.0.1:3001;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(await status('GET', '/console/')).toBe(200);
  });

  it('leaves every route to the API', async () => {
    const whole = await start([{ httpApi: '*' }]);
    for (const path of ['/console', '/console/api/stream']) {
      expect(await text(await call('GET', path, { to: whole }))).toBe('of the API');
    }
    whole.close();
    expect(await text(await call('GET', '/items'))).toBe('of the API');
    expect(await text(await call('GET', '/consoles'))).toBe('{"message":"Not Found"}');
  });

  it('answers 404 for what it does not have, and for what its page does not need', async () => {
    for (const path of ['/console/main.tsx', '/console/api/database', '/console/api/faults']) {
      expect([path, await status('GET', path)]).toEqual([path, 404]);
    }
    expect(await status('POST', '/console/api/database/kill', { headers: own, body: {} })).toBe(404);
  });

  it('streams what there is to its page, and then what changes', async () => {
    const response = await call('GET', '/console/api/stream', {
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    expect(response.headers['content-type']).toBe('text/event-stream');
    const [first] = (await once(response, 'data')) as [Buffer];
    expect(String(first)).toMatch(/^data: \{"isWhole":true,.*\n\n$/);
    faults.set({ rules: [rule] });
    const [next] = (await once(response, 'data')) as [Buffer];
    expect(JSON.parse(String(next).slice('data: '.length))).toMatchObject({ faults: { rules: [rule] } });
    response.destroy();
  });

  it('changes what its own page asks for', async () => {
    expect(await status('PUT', '/console/api/faults', { headers: own, body: { rules: [rule] } })).toBe(200);
    expect(faults.report.rules).toMatchObject([rule]);
  });

  it('refuses a change whose body is JSON and no object', async () => {
    for (const [method, path] of CHANGES) {
      expect([path, await status(method, path, { headers: own, body: null })]).toEqual([path, 400]);
    }
  });

  it('gives its page tokens for orders that last five minutes, whatever else is asked for', async () => {
    const body = { customer: 'bob', scope: 'shop/items.write', expires: 9_999_999 };
    const response = await call('POST', '/console/api/token', { headers: own, body });
    expect(JSON.parse(await text(response))).toEqual({ token: 'a.b.c', expiresInSeconds: 300 });
    expect(tokens).toEqual([{ sub: 'bob', scope: 'shop/orders', expires: 300 }]);
  });

  it.each([{}, null, [], { customer: '' }, { customer: 7 }, { customer: 'x'.repeat(129) }])(
    'gives no token for %j',
    async (body) => {
      expect(await status('POST', '/console/api/token', { headers: own, body })).toBe(400);
      expect(tokens).toEqual([]);
    },
  );
});

describe('a page of another site', () => {
  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    ['a sandbox or a file', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['an old browser, which says its origin alone', { origin: 'https://evil.example' }],
  ])('changes nothing from %s', async (_, headers) => {
    for (const [method, path, body] of CHANGES) {
      const sent = { 'content-type': 'application/json', ...headers };
      const refused = await status(method, path, { headers: sent, body });
      expect([path, refused]).toEqual([path, 403]);
    }
    expect(faults.report.rules).toEqual([]);
    expect(tokens).toEqual([]);
  });

  it('changes nothing by a form, or by a caller that does not say where it is from', async () => {
    for (const [method, path, body] of CHANGES) {
      const form = { ...own, 'content-type': 'text/plain' };
      expect([path, await status(method, path, { headers: form, body })]).toEqual([path, 415]);
      const silent = { 'content-type': 'application/json' };
      expect([path, await status(method, path, { headers: silent, body })]).toEqual([path, 403]);
    }
    expect(faults.report.rules).toEqual([]);
    expect(tokens).toEqual([]);
  });

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
  ])('reads nothing with %j', async (headers) => {
    for (const path of READS) expect([path, await status('GET', path, { headers })]).toEqual([path, 403]);
  });

  it('reads and does nothing by a name that means this machine', async () => {
    const rebound = { ...own, host: 'evil.example:3000', origin: 'http://evil.example:3000' };
    for (const path of ['/console', '/console/app.js', ...READS]) {
      expect([path, await status('GET', path, { headers: rebound })]).toEqual([path, 403]);
    }
    for (const [method, path, body] of CHANGES) {
      expect([path, await status(method, path, { headers: rebound, body })]).toEqual([path, 403]);
    }
  });

  it('is told by no header that it may read an answer', async () => {
    for (const method of ['GET', 'OPTIONS']) {
      const headers = { origin: 'https://evil.example', 'access-control-request-method': 'PUT' };
      const response = await call(method, '/console/api/stream', { headers });
      response.destroy();
      expect(response.headers['access-control-allow-origin']).toBeUndefined();
      expect(response.headers['cross-origin-resource-policy']).toBe('same-origin');
    }
  });
});
