import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { apiAt } from '../rehearse/api.ts';
import { startProofs } from '../rehearse/rehearsal.ts';
import { checkReading, checkWriting } from './checks.ts';

/** What is answered to `METHOD /path`; the first one that fits. */
interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
type Answers = Readonly<Record<string, Answer>>;

const problem = (status: number, type: string): Answer => ({
  status,
  body: { type: `urn:shop:problem:${type}`, requestId: 'r-1' },
  headers: { 'content-type': 'application/problem+json' },
});
const open: Answers = {
  'GET /items?limit=1': {
    status: 200,
    body: { items: [] },
    headers: { 'x-content-type-options': 'nosniff', 'strict-transport-security': 'max-age=31536000' },
  },
  'GET /openapi.json': { status: 200, body: { openapi: '3.1.0' } },
  'GET /docs': { status: 200 },
  'GET /items/smoke-test-missing': problem(404, 'not-found'),
  'GET /items?limit=none': problem(400, 'invalid-input'),
  'POST /items': { status: 401 },
  'DELETE /items/smoke-test-missing': { status: 401 },
  'POST /orders': { status: 401 },
  'GET /orders': { status: 401 },
};
const signedIn: Answers = {
  'POST /items': { status: 201 },
  'GET /items/smoke-test-1': { status: 200, headers: { etag: '"1"' } },
  'GET /items/smoke-test-1 if-none-match': { status: 304 },
  'POST /orders': { status: 202, body: { id: 'o-1' } },
  'GET /orders/o-1': { status: 200, body: { status: 'COMPLETE' } },
  'GET /orders': { status: 403 },
  'DELETE /items/smoke-test-1': { status: 204 },
};

describe('the checks of a deployed API', () => {
  let server: Server | undefined;
  afterEach(() => new Promise((resolve) => server?.close(resolve)));

  async function serving(answers: Answers) {
    const seen: string[] = [];
    server = createServer((request, response) => {
      const route = `${request.method} ${request.url}`;
      const key = request.headers['if-none-match'] ? `${route} if-none-match` : route;
      const isGone = request.method === 'GET' && seen.includes(route.replace('GET', 'DELETE'));
      seen.push(route);
      const { status, body, headers } = isGone ? { status: 404 } : (answers[key] ?? { status: 404 });
      request.resume().on('end', () => response.writeHead(status, headers).end(body && JSON.stringify(body)));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { signal } = new AbortController();
    const proofs = startProofs(
      () => undefined,
      () => 0,
      signal,
    );
    const api = apiAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const failures = () => proofs.all.filter(({ held }) => !held).map(({ detail }) => detail);
    return { api, proofs, signal, failures, seen };
  }

  it('hold for an API that answers as it should, and change nothing', async () => {
    const { api, proofs, failures, seen } = await serving(open);
    await checkReading(api, proofs);
    expect(failures()).toEqual([]);
    expect(proofs.all).toHaveLength(5);
    expect(seen.filter((route) => !route.startsWith('GET'))).toEqual([
      'POST /items',
      'DELETE /items/smoke-test-missing',
      'POST /orders',
      'POST /items',
    ]);
  });

  it.each<[string, Answer, string]>([
    ['GET /items?limit=1', { status: 503 }, 'GET /items?limit=1 answers 503, not 200'],
    ['GET /items?limit=1', { status: 200, body: {} }, 'GET /items answers no list of items'],
    ['GET /openapi.json', { status: 200, body: {} }, 'GET /openapi.json is no document of OpenAPI 3.1'],
    ['GET /docs', { status: 500 }, 'GET /docs answers 500, not 200'],
    ['GET /smoke-test', { status: 200 }, 'GET /smoke-test answers 200, not 404'],
    ['GET /items/smoke-test-missing', { status: 404 }, 'answers nothing, and no problem+json'],
    ['GET /items?limit=none', problem(400, 'conflict'), 'tells of urn:shop:problem:conflict'],
    ['POST /items', { status: 201 }, 'POST /items answers 201, not 401'],
    ['GET /orders', { status: 200 }, 'GET /orders answers 200, not 401'],
    ['DELETE /items/smoke-test-missing', { status: 204 }, 'answers 204, not 401'],
  ])('fail with a line when %s answers %j', async (route, answer, line) => {
    const { api, proofs, failures } = await serving({ ...open, [route]: answer });
    await checkReading(api, proofs);
    expect(failures()).toContainEqual(expect.stringContaining(line));
  });

  it('fail when answers carry no security headers', async () => {
    const { api, proofs, failures } = await serving({
      ...open,
      'GET /items?limit=1': { status: 200, body: { items: [] } },
    });
    await checkReading(api, proofs);
    expect(failures()).toEqual([expect.stringContaining('x-content-type-options is not nosniff')]);
  });

  const customer = { text: 'token', scopes: ['shop/items.write', 'shop/orders'] };
  it('make an item, sell it and delete it with a token that may', async () => {
    const { api, proofs, signal, failures, seen } = await serving(signedIn);
    await checkWriting(api, proofs, customer, () => '1', signal);
    expect(failures()).toEqual([]);
    expect(seen.filter((route) => !route.startsWith('GET'))).toEqual([
      'POST /items',
      'POST /orders',
      'DELETE /items/smoke-test-1',
    ]);
  });

  it('place no order with a token of the back office, which is refused to see any', async () => {
    const { api, proofs, signal, failures, seen } = await serving(signedIn);
    await checkWriting(api, proofs, { text: 'token', scopes: ['shop/items.write'] }, () => '1', signal);
    expect(failures()).toEqual([]);
    expect(seen).toContain('GET /orders');
    expect(seen).not.toContain('POST /orders');
  });

  it('write nothing with a token that may not', async () => {
    const { api, proofs, signal, failures, seen } = await serving(signedIn);
    await checkWriting(api, proofs, { text: 'token', scopes: ['shop/reports'] }, () => '1', signal);
    expect(failures()).toEqual([]);
    expect(seen).toEqual(['GET /orders']);
  });

  it.each<[string, Answer, string]>([
    ['POST /items', { status: 403 }, 'POST /items answers 403, not 201'],
    ['GET /items/smoke-test-1 if-none-match', { status: 200 }, 'answers 200, not 304'],
    ['POST /orders', { status: 503 }, 'POST /orders answers 503, not 202'],
    ['DELETE /items/smoke-test-1', { status: 500 }, 'DELETE /items/smoke-test-1 answers 500, not 204'],
  ])('fail with a line when %s answers %j, and delete what was made', async (route, answer, line) => {
    const { api, proofs, signal, failures, seen } = await serving({ ...signedIn, [route]: answer });
    await checkWriting(api, proofs, customer, () => '1', signal);
    expect(failures()).toContainEqual(expect.stringContaining(line));
    expect(seen).toContain('DELETE /items/smoke-test-1');
  });
});
