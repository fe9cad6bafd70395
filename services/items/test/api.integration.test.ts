import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OfflineProcess, startOffline } from '../../../offline/testing/offline.ts';
import type { Item } from '../src/domain/item.ts';

/** The API as its callers see it: `sls offline` in a process of its own, asked over HTTP. */

let offline: OfflineProcess;
let editor: string;
let made = 0;

beforeAll(async () => {
  offline = await startOffline({ folder: fileURLToPath(new URL('../../..', import.meta.url)) });
  editor = await offline.token({ sub: 'alice', scope: 'shop/items.write' });
}, 60_000);
afterAll(() => offline?.stop());

interface Asked {
  readonly body?: unknown;
  readonly raw?: string | Uint8Array;
  readonly headers?: Record<string, string>;
  readonly token?: string | null;
}

async function ask(method: string, path: string, { body, raw, headers = {}, token = editor }: Asked = {}) {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${offline.endpoints.http}${path}`, {
    method,
    headers: {
      ...(payload !== undefined && { 'content-type': 'application/json' }),
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(payload !== undefined && { body: payload }),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    headers: response.headers,
    json: /json/.test(type) ? JSON.parse(text) : text,
  };
}

const draft = (changes = {}) => ({
  sku: `SKU-${++made}`,
  name: 'Lamp',
  category: `category-${made}`,
  price: { amount: 4990, currency: 'EUR' },
  ...changes,
});
async function create(changes = {}): Promise<Item> {
  const { status, json } = await ask('POST', '/items', { body: draft(changes) });
  expect(status).toBe(201);
  return json;
}

describe('an item', () => {
  it('is created, read, changed for the state that the caller knows, and removed twice', async () => {
    const body = draft({ stock: 5, attributes: { colour: 'black' } });
    const created = await ask('POST', '/items', { body });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ ...body, version: 1 });
    expect(created.json.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    const first = created.headers.get('etag') ?? '';
    expect(first).toMatch(/^"1-5-[0-9a-z]+"$/);
    const path = `/items/${created.json.id}`;
    expect(created.headers.get('location')).toBe(path);

    const read = await ask('GET', path, { token: null });
    expect([read.status, read.headers.get('etag'), read.json]).toEqual([200, first, created.json]);
    const current = await ask('GET', path, { token: null, headers: { 'if-none-match': first } });
    expect([current.status, current.json]).toEqual([304, '']);

    const patched = await ask('PATCH', path, {
      body: { name: 'Big lamp', attributes: { colour: null, watts: 9 } },
      headers: { 'if-match': first, 'content-type': 'application/merge-patch+json' },
    });
    expect(patched.status).toBe(200);
    const second = patched.headers.get('etag') ?? '';
    expect(second).toMatch(/^"2-5-[0-9a-z]+"$/);
    expect(patched.json).toMatchObject({ name: 'Big lamp', attributes: { watts: 9 }, version: 2 });
    const stale = await ask('PATCH', path, { body: { name: 'X' }, headers: { 'if-match': first } });
    expect([stale.status, stale.json.type]).toEqual([412, 'urn:shop:problem:precondition-failed']);

    const replaced = await ask('PUT', path, { body: draft(), headers: { 'if-match': second } });
    expect([replaced.status, replaced.json.stock, replaced.json.version]).toEqual([200, 5, 3]);
    expect(replaced.json).not.toHaveProperty('attributes');

    expect((await ask('DELETE', path, { headers: { 'if-match': first } })).status).toBe(412);
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('GET', path)).status).toBe(404);
    expect((await ask('PATCH', path, { body: { name: 'X' } })).status).toBe(404);
    expect((await ask('PUT', path, { body: draft() })).status).toBe(404);
    expect((await ask('POST', `${path}/stock`, { body: { delta: 1 } })).status).toBe(404);
  });

  it('cannot take an id that is taken', async () => {
    const { id } = await create({ id: `mine-${made}` });
    const again = await ask('POST', '/items', { body: draft({ id }) });
    expect([again.status, again.json.detail]).toEqual([409, `There is an item ${id} already.`]);
  });

  it('keeps its entity tag for editors while its stock moves', async () => {
    const { id } = await create({ stock: 5 });
    const before = (await ask('GET', `/items/${id}`)).headers.get('etag') ?? '';
    const moved = await ask('POST', `/items/${id}/stock`, { body: { delta: -2 } });
    expect([moved.status, moved.json.stock]).toEqual([200, 3]);
    expect(moved.headers.get('etag')).toMatch(/^"1-3-[0-9a-z]+"$/);
    const stale = await ask('PATCH', `/items/${id}`, { body: { stock: 9 }, headers: { 'if-match': before } });
    expect(stale.status).toBe(412);
    const patched = await ask('PATCH', `/items/${id}`, {
      body: { name: 'New' },
      headers: { 'if-match': before },
    });
    expect([patched.status, patched.json.stock]).toEqual([200, 3]);
    const refused = await ask('POST', `/items/${id}/stock`, { body: { delta: -4 } });
    expect([refused.status, refused.json.type]).toEqual([409, 'urn:shop:problem:conflict']);
  });
});

describe('a stock movement with an Idempotency-Key', () => {
  it('happens once, and the key serves for no other', async () => {
    const { id } = await create({ stock: 5 });
    const move = (delta: number) =>
      ask('POST', `/items/${id}/stock`, { body: { delta }, headers: { 'idempotency-key': `move-${id}` } });
    expect((await move(-2)).json.stock).toBe(3);
    expect((await move(-2)).json.stock).toBe(3);
    expect((await move(-1)).status).toBe(422);
  });
});

describe('a listing', () => {
  it('comes in pages that together hold every item of the category once', async () => {
    const category = `paged-${made}`;
    for (const id of ['a', 'b', 'c']) await create({ id: `${category}-${id}`, category });
    const first = await ask('GET', `/items?category=${category}&limit=2`, { token: null });
    expect(first.json.items.map(({ id }: Item) => id)).toEqual([`${category}-a`, `${category}-b`]);
    const cursor = encodeURIComponent(first.json.nextCursor);
    const second = await ask('GET', `/items?category=${category}&limit=2&cursor=${cursor}`, { token: null });
    expect(second.json).toMatchObject({ items: [{ id: `${category}-c` }], nextCursor: null });

    const foreign = await ask('GET', `/items?limit=2&cursor=${cursor}`);
    expect([foreign.status, foreign.json.errors[0].pointer]).toEqual([400, '/cursor']);
    const forged = await ask('GET', `/items?category=${category}&cursor=${cursor.slice(0, -2)}AA`);
    expect(forged.status).toBe(400);
  });

  it.each([['limit=0'], ['limit=101'], ['limit=x'], ['limit=1.5'], ['cursor='], ['page=2'], ['category=']])(
    'is refused for %s',
    async (query) => {
      expect((await ask('GET', `/items?${query}`)).status).toBe(400);
    },
  );
});

describe('bad input', () => {
  const big = 'x'.repeat(262_144);
  it.each<[string, number, Asked]>([
    ['malformed JSON', 400, { raw: '{"name":' }],
    ['no body', 400, { raw: '' }],
    ['a body that is no object', 400, { body: [] }],
    ['a wrong type', 400, { body: { sku: 7 } }],
    ['an unknown field', 400, { body: draft({ colour: 'red' }) }],
    ['a field that only the service writes', 400, { body: draft({ version: 7 }) }],
    ['an unknown currency', 400, { body: draft({ price: { amount: 1, currency: 'XXX' } }) }],
    ['a fraction of a cent', 400, { body: draft({ price: { amount: 1.5, currency: 'EUR' } }) }],
    ['negative stock', 400, { body: draft({ stock: -1 }) }],
    ...[2 ** 53, 1e21, 1e126, -1e30, 1e-131, 5e-324].map((x): [string, number, Asked] => [
      `the attribute ${x}`,
      400,
      { body: draft({ attributes: { x } }) },
    ]),
    ['half a character', 400, { raw: JSON.stringify(draft()).replace('Lamp', '\\ud800') }],
    ['the key __proto__', 400, { raw: '{"__proto__":{"admin":true}}' }],
    ['the key constructor', 400, { raw: '{"constructor":{"prototype":{}}}' }],
    ['bytes that are no UTF-8', 400, { raw: Uint8Array.from([0x22, 0xff, 0xfe, 0x22]) }],
    ['a wrong media type', 415, { body: draft(), headers: { 'content-type': 'text/plain' } }],
    ['a body over 256 KB', 413, { body: draft({ description: big }) }],
    ['an Idempotency-Key with a space', 400, { body: draft(), headers: { 'idempotency-key': 'a b' } }],
    ['no token', 401, { body: draft(), token: null }],
    ['a token that is none', 401, { body: draft(), token: 'abc.def.ghi' }],
  ])('%s answers %i', async (_, status, asked) => {
    const answer = await ask('POST', '/items', asked);
    expect([answer.status, answer.json]).toEqual([status, expect.anything()]);
    if (status !== 401) {
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.json).toMatchObject({ status, requestId: expect.any(String) });
    }
  });

  it('with a token of another scope answers 403', async () => {
    const token = await offline.token({ sub: 'bob', scope: 'shop/orders' });
    const answer = await ask('POST', '/items', { body: draft(), token });
    expect([answer.status, answer.json]).toEqual([403, { message: 'Forbidden' }]);
  });

  it('with a token for another audience, or an expired one, answers 401', async () => {
    const foreign = await offline.token({ sub: 'bob', scope: 'shop/items.write', audience: 'elsewhere' });
    const expired = await offline.token({ sub: 'bob', scope: 'shop/items.write', expires: -60 });
    for (const token of [foreign, expired]) {
      const answer = await ask('POST', '/items', { body: draft(), token });
      expect([answer.status, answer.json]).toEqual([401, { message: 'Unauthorized' }]);
    }
  });

  it('to an unknown route answers 404', async () => {
    expect((await ask('GET', '/nothing')).status).toBe(404);
    expect((await ask('POST', '/items/x/y/z', { body: {} })).status).toBe(404);
  });

  it.each([['a/b'], ['..'], ['x'.repeat(65)], ['ü']])(
    '%j as an id answers 400 or 404, never 5xx',
    async (id) => {
      const { status } = await ask('GET', `/items/${encodeURIComponent(id)}`);
      expect([400, 404]).toContain(status);
    },
  );

  it('that would grow an item over 400 KB answers 413 and changes nothing', async () => {
    const { id } = await create();
    const attributes = (prefix: string) =>
      Object.fromEntries([...Array(25).keys()].map((n) => [`${prefix}${n}`, 'x'.repeat(8_192)]));
    expect((await ask('PATCH', `/items/${id}`, { body: { attributes: attributes('a') } })).status).toBe(200);
    const refused = await ask('PATCH', `/items/${id}`, { body: { attributes: attributes('b') } });
    expect([refused.status, refused.json.detail]).toEqual([413, 'The item would be larger than 400 KB.']);
    expect((await ask('GET', `/items/${id}`)).json.version).toBe(2);
  });
});

describe('many at once', () => {
  it('200 sales of one from a stock of 100: exactly 100 succeed, 100 answer 409, none is left', async () => {
    const { id } = await create({ stock: 100 });
    const answers = await Promise.all(
      [...Array(200).keys()].map(() => ask('POST', `/items/${id}/stock`, { body: { delta: -1 } })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(100);
    expect((await ask('GET', `/items/${id}`)).json.stock).toBe(0);
  }, 60_000);

  it('50 creations with one Idempotency-Key: one item, and every answer is it or "in progress"', async () => {
    const body = draft();
    const headers = { 'idempotency-key': `key-${made}` };
    const answers = await Promise.all(
      [...Array(50).keys()].map(() => ask('POST', '/items', { body, headers })),
    );
    const created = answers.filter(({ status }) => status === 201);
    const inProgress = answers.filter(({ status }) => status === 409);
    expect(created.length).toBeGreaterThan(0);
    expect(created.length + inProgress.length).toBe(50);
    expect(new Set(created.map(({ json }) => JSON.stringify(json))).size).toBe(1);
    for (const { headers: answered } of inProgress) expect(answered.get('retry-after')).toBe('1');
    expect((await ask('GET', `/items?category=${body.category}`)).json.items).toHaveLength(1);

    const again = await ask('POST', '/items', { body, headers });
    expect([again.status, again.json]).toEqual([201, created[0]?.json]);
    const other = await ask('POST', '/items', { body: { ...body, name: 'Other' }, headers });
    expect([other.status, other.json.type]).toEqual([422, 'urn:shop:problem:idempotency-key-reused']);
  }, 60_000);
});

describe('the docs', () => {
  it('are the committed document, and a page that loads everything from here', async () => {
    const document = await ask('GET', '/openapi.json', { token: null });
    expect([document.status, document.json.openapi]).toEqual([200, '3.1.0']);
    const page = await ask('GET', '/docs', { token: null });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const assets = [...String(page.json).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(assets).toEqual(['/docs/swagger-ui.css', '/docs/swagger-ui.js', '/docs/start.js']);
    for (const asset of assets) expect((await ask('GET', asset, { token: null })).status).toBe(200);
    const script = createRequire(import.meta.url).resolve('swagger-ui-dist/swagger-ui-bundle.js');
    for (const encoding of ['gzip', 'identity']) {
      const served = await ask('GET', '/docs/swagger-ui.js', {
        token: null,
        headers: { 'accept-encoding': encoding },
      });
      expect(served.headers.get('content-encoding')).toBe(encoding === 'gzip' ? 'gzip' : null);
      expect(served.json === readFileSync(script, 'utf8')).toBe(true);
    }
    expect((await ask('GET', '/docs/other.js', { token: null })).status).toBe(404);
  });
});
