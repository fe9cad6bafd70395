import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../offline/test/processes.ts';
import { type OfflineProcess, startOffline } from '../offline/testing/offline.ts';
import { brunoRequests } from './testing/bruno-collection.ts';
import { httpFileRequests } from './testing/http-file.ts';
import { failuresOf, type Variables } from './testing/written-request.ts';
import { createShopClient, type ShopClient } from './typescript/index.ts';

/** What stands beside the API for its callers, against the local cloud as `npm start` runs it. */

const root = join(import.meta.dirname, '..');
let offline: OfflineProcess;
beforeAll(async () => {
  offline = await startOffline({ folder: root });
}, 60_000);
afterAll(() => offline?.stop());

describe.each([
  ['requests.http', httpFileRequests(readFileSync(join(root, 'requests.http'), 'utf8'))],
  ['the collection of Bruno', brunoRequests(join(root, 'clients/bruno'))],
])('%s', (_, requests) => {
  const variables: Variables = new Map();
  beforeAll(() => {
    variables.set('api', String(offline.endpoints.http));
    variables.set('issuer', offline.endpoints.issuer);
  });

  it.each(requests)('is answered as it says: $title', async (request) => {
    let failures = await failuresOf(request, variables);
    const isAsItSays = async () => {
      if (failures.length > 0) failures = await failuresOf(request, variables);
      return failures.length === 0;
    };
    // What works in the background is asked again.
    if (request.method === 'GET') await until(isAsItSays).catch(() => {});
    expect(failures).toEqual([]);
  });
});

describe('the TypeScript client', () => {
  let shop: ShopClient;
  beforeAll(async () => {
    const token = await offline.token({ sub: 'dave', scope: 'shop/items.write shop/orders' });
    shop = createShopClient({ baseUrl: String(offline.endpoints.http), token });
  });
  const draft = {
    ...{ sku: 'CLIENT-1', name: 'Vase', category: 'client', stock: 3 },
    price: { amount: 1_990, currency: 'EUR' as const },
  };

  it('adds an item, orders it, waits for the end and downloads the invoice', async () => {
    const { data: item, response } = await shop.POST('/items', { body: draft });
    expect(response.headers.get('location')).toBe(`/items/${item.id}`);
    const lines = [{ itemId: item.id, quantity: 2 }];
    const { data: placed } = await shop.POST('/orders', { body: { lines, payment: { token: 'tok_ok' } } });
    const params = { path: { id: placed.id } };
    await until(async () => (await shop.GET('/orders/{id}', { params })).data.status === 'COMPLETE');
    const { data: sold } = await shop.GET('/items/{id}', { params: { path: { id: item.id } } });
    expect(sold.stock).toBe(1);
    const invoice = () => shop.GET('/orders/{id}/invoice', { params, parseAs: 'blob' });
    await until(() =>
      invoice().then(
        () => true,
        () => false,
      ),
    );
    expect((await (await invoice()).data.text()).slice(0, 5)).toBe('%PDF-');
  });

  it('goes through all pages of a category', async () => {
    const ids = ['client-a', 'client-b', 'client-c'];
    for (const id of ids) await shop.POST('/items', { body: { ...draft, id, category: 'client-pages' } });
    const pages: string[][] = [];
    for await (const { items } of shop.pages('/items', { category: 'client-pages', limit: 2 })) {
      pages.push(items.map(({ id }) => id));
    }
    expect(pages).toEqual([['client-a', 'client-b'], ['client-c']]);
  });

  it('throws the problem, with the id of the request', async () => {
    const call = shop.PATCH('/items/{id}', { params: { path: { id: 'client-none' } }, body: { name: 'X' } });
    await expect(call).rejects.toMatchObject({
      ...{ code: 'not-found', status: 404 },
      requestId: expect.stringMatching(/.+/),
      problem: { type: 'urn:shop:problem:not-found' },
    });
  });
});
