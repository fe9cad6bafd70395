import { describe, expect, it } from '@jest/globals';
import type { Effects } from './exchange.ts';
import { createShopClient, type ShopClientOptions, ShopError } from './index.ts';

const BASE = 'https://shop.example';
const ITEM = {
  name: 'Lamp',
  sku: 'LAMP-1',
  category: 'lighting',
  price: { amount: 4_990, currency: 'EUR' },
} as const;
const ORDER = { lines: [{ itemId: 'lamp', quantity: 1 }], payment: { token: 'tok_ok' } };

const ok =
  (body: unknown, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json', ...headers } });
const refused =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify({ message: 'Refused' }), { status, headers });
const problem =
  (status: number, code: string, headers: Record<string, string> = {}) =>
  () => {
    const document = {
      ...{ type: `urn:shop:problem:${code}`, title: 'Title', status, detail: 'What is wrong.' },
      requestId: 'request-1',
    };
    return new Response(JSON.stringify(document), {
      status,
      headers: { 'content-type': 'application/problem+json', ...headers },
    });
  };
const broken = () => {
  throw new TypeError('fetch failed');
};

/** A client of an API that gives these answers, one to each request; what was sent and waited for is kept. */
function clientOf(answers: (() => Response)[], options: Partial<ShopClientOptions> = {}) {
  const sent: Request[] = [];
  const waits: number[] = [];
  const ids = ['key-1', 'key-2'].values();
  const effects: Effects = {
    newId: () => ids.next().value ?? '',
    random: () => 0.5,
    async wait(milliseconds) {
      waits.push(milliseconds);
    },
  };
  const remaining = answers.values();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    sent.push(new Request(input, init));
    const answer = remaining.next().value;
    if (!answer) throw new Error('More requests than answers.');
    return answer();
  };
  return { shop: createShopClient({ baseUrl: BASE, fetch, ...options }, effects), sent, waits };
}

const failure = async (call: Promise<unknown>): Promise<ShopError> => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ShopError)) throw new Error(`ShopError was expected, not ${error}`);
  return error;
};

describe('a call', () => {
  it('sends path, query and body, and resolves to the parsed body with the headers', async () => {
    const { shop, sent } = clientOf([ok({ id: 'a b' }, { etag: '"1"' })]);
    const { data, response } = await shop.PUT('/items/{id}', {
      params: { path: { id: 'a b' }, header: { 'If-Match': '"0"' } },
      body: ITEM,
    });
    const [request] = sent;
    expect([request?.method, request?.url]).toEqual(['PUT', 'https://shop.example/items/a%20b']);
    expect(await request?.json()).toEqual(ITEM);
    expect(request?.headers.get('if-match')).toBe('"0"');
    expect(request?.headers.has('authorization')).toBe(false);
    expect([data.id, response.headers.get('etag')]).toEqual(['a b', '"1"']);
  });

  it('asks a function for the token before each attempt', async () => {
    const tokens = ['old', 'new'].values();
    const token = async () => tokens.next().value ?? '';
    const { shop, sent } = clientOf([refused(429), ok({ orders: [], nextCursor: null })], { token });
    await shop.GET('/orders');
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer old', 'Bearer new']);
  });

  it('sends a token that is a string', async () => {
    const { shop, sent } = clientOf([() => new Response(null, { status: 204 })], { token: 'mine' });
    const { data } = await shop.DELETE('/items/{id}', { params: { path: { id: 'lamp' } } });
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer mine');
    expect(data).toBeUndefined();
  });

  it('has no data when the copy that If-None-Match names is current', async () => {
    const { shop } = clientOf([() => new Response(null, { status: 304 })]);
    const params = { path: { id: 'lamp' }, header: { 'If-None-Match': '"1"' } };
    const { data, response } = await shop.GET('/items/{id}', { params });
    expect([data?.id, response.status]).toEqual([undefined, 304]);
  });

  it('answers another type than JSON when it is asked for', async () => {
    const { shop } = clientOf([() => new Response('%PDF-')]);
    const { data } = await shop.GET('/orders/{id}/invoice', {
      params: { path: { id: 'o' } },
      parseAs: 'blob',
    });
    expect(await data.text()).toBe('%PDF-');
  });

  it('of a route, a parameter or a field that the API does not have is no valid TypeScript', async () => {
    const { shop } = clientOf([ok({}), ok({}), ok({}), ok({})]);
    // @ts-expect-error: there is no such route
    await shop.GET('/nothing');
    // @ts-expect-error: it is read only
    await shop.DELETE('/items');
    // @ts-expect-error: the id is missing
    await shop.GET('/items/{id}');
    // @ts-expect-error: a limit is a number
    await shop.GET('/items', { params: { query: { limit: 'ten' } } });
    expect.assertions(0);
  });
});

describe('an Idempotency-Key', () => {
  it('is made for each call, and kept while it is repeated', async () => {
    const { shop, sent } = clientOf([refused(503), ok({}), ok({})]);
    await shop.POST('/orders', { body: ORDER });
    await shop.POST('/orders', { body: ORDER });
    const keys = sent.map(({ headers }) => headers.get('idempotency-key'));
    expect(keys).toEqual(['key-1', 'key-1', 'key-2']);
    expect(await Promise.all(sent.map((request) => request.json()))).toEqual([ORDER, ORDER, ORDER]);
  });

  it("is the caller's own, if one is given", async () => {
    const { shop, sent } = clientOf([ok({})]);
    await shop.POST('/orders', { params: { header: { 'Idempotency-Key': 'mine' } }, body: ORDER });
    expect(sent[0]?.headers.get('idempotency-key')).toBe('mine');
  });

  it('is not sent where the API reads none', async () => {
    const { shop, sent } = clientOf([ok({})]);
    await shop.POST('/orders/{id}/cancel', { params: { path: { id: 'o' } } });
    expect(sent[0]?.headers.has('idempotency-key')).toBe(false);
  });
});

describe('repeating', () => {
  const item = { params: { path: { id: 'lamp' } } };
  const ifMatch = { params: { path: { id: 'lamp' }, header: { 'If-Match': '"1"' } } };

  it.each<[string, (shop: ReturnType<typeof clientOf>['shop']) => Promise<unknown>]>([
    ['GET', (shop) => shop.GET('/items')],
    ['PUT', (shop) => shop.PUT('/items/{id}', { ...item, body: ITEM })],
    ['DELETE', (shop) => shop.DELETE('/items/{id}', item)],
    ['POST with an Idempotency-Key', (shop) => shop.POST('/items', { body: ITEM })],
  ])('happens to %s', async (_, call) => {
    for (const busy of [refused(429), refused(503), broken]) {
      const { shop, sent } = clientOf([busy, ok({})]);
      await call(shop);
      expect(sent).toHaveLength(2);
    }
  });

  it.each<[string, (shop: ReturnType<typeof clientOf>['shop']) => Promise<unknown>]>([
    ['PUT with If-Match', (shop) => shop.PUT('/items/{id}', { ...ifMatch, body: ITEM })],
    ['DELETE with If-Match', (shop) => shop.DELETE('/items/{id}', ifMatch)],
    ['PATCH', (shop) => shop.PATCH('/items/{id}', { ...item, body: { name: 'Big lamp' } })],
    ['POST without an Idempotency-Key', (shop) => shop.POST('/orders/{id}/cancel', item)],
  ])('does not happen to %s', async (_, call) => {
    for (const busy of [refused(429), refused(503), broken]) {
      const { shop, sent } = clientOf([busy]);
      await failure(call(shop));
      expect(sent).toHaveLength(1);
    }
  });

  it('ends after three times, with what was answered last', async () => {
    const { shop, sent, waits } = clientOf([refused(503), broken, refused(503), refused(429)]);
    expect((await failure(shop.GET('/items'))).status).toBe(429);
    expect(sent).toHaveLength(4);
    // Half, by chance, of 200, 400 and 800 ms.
    expect(waits).toEqual([100, 200, 400]);
  });

  it('waits as long as the API asks for', async () => {
    const { shop, waits } = clientOf([problem(503, 'dependency-failed', { 'retry-after': '7' }), ok({})]);
    await shop.GET('/items');
    expect(waits).toEqual([7_100]);
  });

  it('does not happen when the API asks for more than 20 s', async () => {
    const { shop, waits } = clientOf([refused(503, { 'retry-after': '3600' })]);
    expect((await failure(shop.GET('/items'))).retryAfterSeconds).toBe(3_600);
    expect(waits).toEqual([]);
  });

  it('goes on while the first request with the key has not ended', async () => {
    const inProgress = problem(409, 'request-in-progress', { 'retry-after': '1' });
    const { shop, sent } = clientOf([broken, inProgress, ok({})]);
    await shop.POST('/orders', { body: ORDER });
    expect(sent).toHaveLength(3);
  });

  it('does not happen after any other refusal', async () => {
    for (const refusal of [problem(409, 'conflict'), problem(404, 'not-found'), refused(500)]) {
      const { shop, sent } = clientOf([refusal]);
      await failure(shop.GET('/items'));
      expect(sent).toHaveLength(1);
    }
  });
});

describe('a ShopError', () => {
  it('carries the problem document', async () => {
    const { shop } = clientOf([problem(404, 'not-found')]);
    const error = await failure(shop.GET('/items/{id}', { params: { path: { id: 'lamp' } } }));
    expect(error).toMatchObject({
      name: 'ShopError',
      message: 'GET /items/lamp answers 404: What is wrong.',
      code: 'not-found',
      status: 404,
      requestId: 'request-1',
      problem: { title: 'Title' },
    });
  });

  it('names the status and the request when the gateway refuses', async () => {
    const { shop } = clientOf([refused(401, { 'apigw-requestid': 'gateway-1' })]);
    const error = await failure(shop.GET('/orders', { params: { query: { cursor: 'secret' } } }));
    expect(error).toMatchObject({
      message: 'GET /orders answers 401',
      ...{ code: 'http-401', status: 401, requestId: 'gateway-1', problem: undefined },
    });
  });

  it('says that there was no answer, and why', async () => {
    const { shop } = clientOf([broken], { retries: 0 });
    expect(await failure(shop.GET('/items'))).toMatchObject({
      message: 'GET /items gets no answer',
      ...{ code: 'no-answer', status: undefined, cause: expect.any(TypeError) },
    });
  });

  it('says so when the answer does not come in time', async () => {
    const never: typeof fetch = (_, init) =>
      new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    const { shop } = clientOf([], { fetch: never, timeoutMilliseconds: 1, retries: 0 });
    expect(await failure(shop.GET('/items'))).toMatchObject({
      code: 'no-answer',
      cause: { name: 'TimeoutError' },
    });
  });

  it('says so when the answer breaks off', async () => {
    const half = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.error(new TypeError('terminated'));
          },
        }),
      );
    const { shop, sent } = clientOf([half, ok({ items: [], nextCursor: null })]);
    expect((await shop.GET('/items')).data.items).toEqual([]);
    expect(sent).toHaveLength(2);
  });
});

describe('aborting', () => {
  it.each([
    ['when the answer comes', queueMicrotask],
    ['while it waits', setImmediate],
  ])(
    "ends a call with the signal's reason %s",
    async (_, soon) => {
      const abort = new AbortController();
      const fetch: typeof globalThis.fetch = async () => {
        soon(() => abort.abort(new Error('No more.')));
        return new Response(null, { status: 503, headers: { 'retry-after': '19' } });
      };
      const shop = createShopClient({ baseUrl: BASE, fetch });
      await expect(shop.GET('/items', { signal: abort.signal })).rejects.toThrow('No more.');
    },
    5_000,
  );

  it('is no reason to repeat', async () => {
    const { shop, sent } = clientOf([broken]);
    const signal = AbortSignal.abort(new Error('No more.'));
    await expect(shop.GET('/items', { signal })).rejects.toThrow('No more.');
    expect(sent.length).toBeLessThan(2);
  });
});

describe('pages', () => {
  it('come one after the other until there is no cursor', async () => {
    const { shop, sent } = clientOf([
      ok({ items: [{ id: 'a' }], nextCursor: 'c1' }),
      ok({ items: [{ id: 'b' }], nextCursor: null }),
    ]);
    const ids: string[] = [];
    for await (const { items } of shop.pages('/items', { category: 'lighting', limit: 1 })) {
      ids.push(...items.map(({ id }) => id));
    }
    expect(ids).toEqual(['a', 'b']);
    expect(sent.map(({ url }) => url)).toEqual([
      'https://shop.example/items?category=lighting&limit=1',
      'https://shop.example/items?category=lighting&limit=1&cursor=c1',
    ]);
  });

  it('are not asked for once nobody looks any more', async () => {
    const { shop, sent } = clientOf([ok({ orders: [], nextCursor: 'c1' })]);
    for await (const _ of shop.pages('/orders')) break;
    expect(sent).toHaveLength(1);
  });
});
