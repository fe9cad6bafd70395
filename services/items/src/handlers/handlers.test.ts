import { describe, expect, it } from '@jest/globals';
import { NotFound } from '../../../../shared/errors.ts';
import { lamp } from '../../test/lamp.ts';
import { memoryCatalogue } from '../../test/memory-catalogue.ts';
import type { RequestKey } from '../domain/item.ts';
import type { RepeatableRequest } from '../domain/once-per-key.ts';
import { respondWith as adjustStock } from './adjust-stock.ts';
import { respondWith as createItem } from './create-item.ts';
import { respondWith as deleteItem } from './delete-item.ts';
import { respondWith as getDocs } from './get-docs.ts';
import { respondWith as getItem } from './get-item.ts';
import { respondWith as listItems } from './list-items.ts';
import { respondWith as patchItem } from './patch-item.ts';
import { respondWith as replaceItem } from './replace-item.ts';

const now = () => new Date('2026-11-22T10:00:00Z');
const request = <Path, Query, Body>(parts: {
  path?: Path;
  query?: Query;
  body?: Body;
  headers?: Record<string, string>;
}) => ({
  path: parts.path as Path,
  query: parts.query as Query,
  body: parts.body as Body,
  headers: parts.headers ?? {},
  caller: 'alice',
  correlationId: 'c',
  remainingTimeMs: 9_000,
});
const path = { id: lamp.id };
/** Version 1, stock 12, and 2026-11-01T12:00:00Z as milliseconds in base 36. */
const ETAG = '"1-12-mvxs2o00"';
const state = { version: 1, stock: 12, createdAt: '2026-11-01T12:00:00.000Z' };

describe('reading an item', () => {
  const respond = getItem({ catalogue: memoryCatalogue(lamp) });

  it('answers 200 with the item and its entity tag', async () => {
    expect(await respond(request({ path }))).toEqual({
      status: 200,
      headers: { etag: ETAG },
      json: lamp,
    });
  });

  it("answers 304 without a body when the caller's copy is current", async () => {
    const answer = await respond(request({ path, headers: { 'if-none-match': ETAG } }));
    expect(answer).toEqual({ status: 304, headers: { etag: ETAG } });
  });

  it('fails with the id when there is no such item', async () => {
    await expect(respond(request({ path: { id: 'absent' } }))).rejects.toThrow('There is no item absent.');
  });
});

describe('listing items', () => {
  const cursors = {
    seal: async (position: string, scope: readonly string[]) => `${scope.join('|')}:${position}`,
    open: async (token: string, scope: readonly string[]) => {
      expect(token.startsWith(`${scope.join('|')}:`)).toBe(true);
      return token.slice(token.indexOf(':') + 1);
    },
  };

  it('reads 20 items from the beginning when nothing is asked for', async () => {
    const catalogue = memoryCatalogue(lamp);
    const answer = await listItems({ catalogue, cursors })(request({ query: {} }));
    expect(catalogue.calls).toEqual([['page', { limit: 20, category: undefined, position: undefined }]]);
    expect(answer).toEqual({ status: 200, json: { items: [lamp], nextCursor: 'items|:last' } });
  });

  it('goes on from the cursor, and has none on the last page', async () => {
    const catalogue = memoryCatalogue(lamp);
    const query = { limit: 5, category: 'lighting', cursor: 'items|lighting:last' };
    const answer = await listItems({ catalogue, cursors })(request({ query }));
    expect(catalogue.calls).toEqual([['page', { limit: 5, category: 'lighting', position: 'last' }]]);
    expect(answer.json).toEqual({ items: [lamp], nextCursor: null });
  });
});

describe('creating an item', () => {
  const draft = { sku: 'S', name: 'N', category: 'C', price: { amount: 1, currency: 'EUR' } };
  const dependencies = () => {
    const requests: RepeatableRequest[] = [];
    return {
      requests,
      catalogue: memoryCatalogue(),
      newId: () => 'new-id',
      now,
      reserve: async ({ key }: RequestKey, id: string) => ({ id, creationKey: `made-by-${key}` }),
      oncePerKey: async <Answer>(repeatable: RepeatableRequest, work: () => Promise<Answer>) => {
        requests.push(repeatable);
        return work();
      },
    };
  };

  it('answers 201 with the item, its path and its entity tag', async () => {
    const answer = await createItem(dependencies())(request({ body: draft }));
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: '/items/new-id', etag: '"1-0-mwro18g0"' },
      json: { ...draft, id: 'new-id', version: 1 },
    });
  });

  it('runs once per caller, key and body when there is an Idempotency-Key', async () => {
    const fakes = dependencies();
    await createItem(fakes)(request({ body: draft, headers: { 'idempotency-key': 'k-1' } }));
    expect(fakes.requests).toEqual([{ caller: 'alice', key: 'k-1', content: draft, remainingTimeMs: 9_000 }]);
    expect(fakes.catalogue.calls[0]?.[2]).toBe('made-by-k-1');
  });
});

describe('changing an item', () => {
  const headers = { 'if-match': ETAG };

  it('patches what is given, for the state that If-Match names', async () => {
    const catalogue = memoryCatalogue(lamp);
    const answer = await patchItem({ catalogue, now })(request({ path, body: { name: 'New' }, headers }));
    expect(catalogue.calls).toEqual([
      [
        'change',
        lamp.id,
        { set: [[['name'], 'New']], remove: [], edit: { at: '2026-11-22T10:00:00.000Z' } },
        { states: [state] },
      ],
    ]);
    expect(answer).toEqual({ status: 200, headers: { etag: ETAG }, json: lamp });
  });

  it('replaces all that an editor owns', async () => {
    const catalogue = memoryCatalogue(lamp);
    const body = { sku: 'S', name: 'N', category: 'C', price: { amount: 1, currency: 'EUR' } };
    const answer = await replaceItem({ catalogue, now })(request({ path, body }));
    expect(catalogue.calls[0]?.[3]).toEqual({});
    expect(catalogue.calls[0]?.[2]).toMatchObject({ remove: [['description']] });
    expect(answer.status).toBe(200);
  });

  it('moves stock by the delta, once per caller and key', async () => {
    const calls: unknown[] = [];
    const stock = {
      adjust: async (...call: unknown[]) => {
        calls.push(call);
        return { ...lamp, stock: 10 };
      },
    };
    const answer = await adjustStock({ stock })(request({ path, body: { delta: -2 } }));
    await adjustStock({ stock })(
      request({ path, body: { delta: -2 }, headers: { 'idempotency-key': 'k-1' } }),
    );
    expect(calls).toEqual([
      [lamp.id, -2, undefined],
      [lamp.id, -2, { caller: 'alice', key: 'k-1' }],
    ]);
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"1-10-mvxs2o00"' }, json: { stock: 10 } });
  });

  it('answers 204 to a removal, for the state that If-Match names', async () => {
    const catalogue = memoryCatalogue(lamp);
    expect(await deleteItem({ catalogue })(request({ path, headers }))).toEqual({ status: 204 });
    expect(catalogue.calls).toEqual([['remove', lamp.id, { states: [state] }]]);
  });
});

describe('the docs page', () => {
  const text = 'body { color: red }';
  const asset = {
    contentType: 'text/css',
    etag: () => '"e"',
    text: () => text,
    gzipped: () => 'emlwcGVk',
  };
  const respond = getDocs({
    assets: new Map([
      ['index.html', asset],
      ['a.css', asset],
    ]),
  });

  it('comes as text to who reads no gzip', async () => {
    const answer = await respond(request({ path: {} }));
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(answer.asset).toEqual({ content: text, encoding: 'utf8' });
  });

  it('comes compressed to who reads gzip', async () => {
    const answer = await respond(
      request({ path: { asset: 'a.css' }, headers: { 'accept-encoding': 'br, gzip' } }),
    );
    expect(answer.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/css',
      etag: '"e"',
    });
    expect(answer.asset).toEqual({ content: 'emlwcGVk', encoding: 'base64' });
  });

  it('answers 304 to a current copy', async () => {
    expect((await respond(request({ path: {}, headers: { 'if-none-match': '"e"' } }))).status).toBe(304);
  });

  it('fails for an asset that there is not', async () => {
    await expect(respond(request({ path: { asset: '../secret' } }))).rejects.toThrow(NotFound);
  });
});
