import { describe, expect, it } from '@jest/globals';
import { DependencyFailed } from '../../../../shared/errors.ts';
import { collectedLogLines } from '../../../../shared/testing/log-lines.ts';
import type { Readiness } from '../domain/readiness.ts';
import type { CategorySales, Sales } from '../domain/sales.ts';
import { routes } from './routes.ts';
import { server } from './server.ts';

const lines = collectedLogLines();

const sold = { currency: 'EUR', orders: 2n, quantity: 4n, amount: 9_007_199_254_740_993n };
const ready: Readiness = { isReady: true, database: 'up', queue: 'up' };

function app(changes: Partial<Sales> = {}, readiness = ready) {
  const sales: Sales = {
    byDay: async () => [{ day: '2026-11-01', ...sold }],
    byCategory: async () => [{ category: 'lighting', ...sold }],
    topItems: async () => [{ itemId: 'lamp', name: 'Lamp', currency: 'EUR', quantity: 4n, amount: 5_196n }],
    findOrder: async () => undefined,
    ...changes,
  };
  return server({
    routes: routes({ sales, readiness: async () => readiness }),
    verifyToken: async (token) => ({ scopes: token === 'good' ? ['shop/reports'] : ['shop/orders'] }),
    newId: () => 'request-1',
  });
}
const get = (url: string, on = app(), headers: Record<string, string> = { authorization: 'Bearer good' }) =>
  on.inject({ method: 'GET', url, headers });
const november = 'from=2026-11-01&to=2026-11-30';

describe('the reports', () => {
  it('show sales by day, with all digits of an amount', async () => {
    const answer = await get(`/reports/sales?${november}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.body).toBe(
      '{"from":"2026-11-01","to":"2026-11-30","by":"day","sales":[{"day":"2026-11-01","currency":"EUR",' +
        '"orders":2,"quantity":4,"amount":9007199254740993}],"isWhole":true}',
    );
  });

  it('show sales by category, and say when there are more than a thousand', async () => {
    const category = (index: number): CategorySales => ({ category: `c${index}`, ...sold });
    const some = (count: number) =>
      app({ byCategory: async () => Array.from({ length: count }, (_, i) => category(i)) });
    const whole = (await get(`/reports/sales?${november}&by=category`, some(1_000))).json();
    expect(whole).toMatchObject({ by: 'category', isWhole: true });
    const part = (await get(`/reports/sales?${november}&by=category`, some(1_001))).json();
    expect(part).toMatchObject({ isWhole: false });
    expect(part.sales).toHaveLength(1_000);
  });

  it('show the top items, ten by amount unless it is said otherwise', async () => {
    const asked: unknown[] = [];
    const topItems: Sales['topItems'] = async (...given) => {
      asked.push(given);
      return [];
    };
    const on = app({ topItems });
    expect((await get(`/reports/top-items?${november}`, on)).json()).toEqual({
      from: '2026-11-01',
      to: '2026-11-30',
      by: 'amount',
      items: [],
    });
    await get(`/reports/top-items?${november}&by=quantity&limit=100`, on);
    const period = { from: '2026-11-01', to: '2026-11-30' };
    expect(asked).toEqual([
      [period, 'amount', 10],
      [period, 'quantity', 100],
    ]);
  });

  it('show an order', async () => {
    const order = { id: 'o1', status: 'PLACED', placedAt: '2026-11-01T12:00:00.000Z', lines: [] } as const;
    const answer = await get('/reports/orders/o1', app({ findOrder: async () => order }));
    expect(answer.json()).toEqual(order);
  });

  it('know of no other order', async () => {
    const answer = await get('/reports/orders/o1');
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toEqual({
      type: 'urn:shop:problem:not-found',
      title: 'Not found',
      status: 404,
      detail: 'The reports know of no order o1.',
      requestId: 'request-1',
    });
  });

  it.each([
    [
      'sales',
      'no days',
      '',
      [
        ['/from', 'is required'],
        ['/to', 'is required'],
      ],
    ],
    ['sales', 'a day that there is not', 'from=2026-02-29&to=2026-03-01', [['/from', 'Invalid ISO date']]],
    [
      'sales',
      'a day before our time',
      'from=0000-01-01&to=2026-03-01',
      [['/from', 'must be in the year 2000 or later']],
    ],
    ['sales', 'a period turned round', 'from=2026-11-02&to=2026-11-01', [['/to', 'must not be before from']]],
    ['sales', 'another kind', `${november}&by=hour`, [['/by', expect.anything()]]],
    ['sales', 'a day twice', `${november}&from=2026-11-02`, [['/from', expect.anything()]]],
    ['sales', 'an unknown field', `${november}&limit=3`, [['/limit', 'is not a known field']]],
    [
      'top-items',
      'too many items',
      `${november}&limit=101`,
      [['/limit', 'must be a whole number from 1 to 100']],
    ],
    ['top-items', 'an injection', `${november}&by=amount%20desc`, [['/by', expect.anything()]]],
  ])('of %s refuse %s', async (report, _, query, errors) => {
    const answer = await get(`/reports/${report}?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toEqual(
      errors.map(([pointer, detail]) => ({ in: 'query', pointer, detail })),
    );
  });

  it.each([
    ['an id that is none', '/reports/orders/a%00b', 400],
    ['a path that is not encoded as it must be', '/reports/orders/%zz', 400],
    ['another path', '/reports', 404],
  ])('refuse %s', async (_, url, status) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it.each([
    ['no token', {}, 401, 'unauthorized', 'Bearer'],
    ['no scope', { authorization: 'Bearer other' }, 403, 'forbidden', 'Bearer error="insufficient_scope"'],
  ])(
    'are kept from who has %s, before anything else is looked at',
    async (_, headers, status, type, challenge) => {
      for (const url of ['/reports/sales', '/reports/top-items', '/reports/orders/o1']) {
        const answer = await get(url, app(), headers as Record<string, string>);
        expect(answer.statusCode).toBe(status);
        expect(answer.json()).toMatchObject({ type: `urn:shop:problem:${type}` });
        expect(answer.headers['www-authenticate']).toBe(challenge);
      }
    },
  );

  it.each([
    [new DependencyFailed('postgres://shop:secret@db'), 503, '1'],
    [new TypeError('secret is undefined'), 500, undefined],
  ])('tell nothing of the inside for %p', async (error, status, retryAfter) => {
    const byDay = async () => Promise.reject(error);
    const answer = await get(`/reports/sales?${november}`, app({ byDay }));
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect(answer.body).not.toContain('secret');
    expect(lines).toContainEqual(expect.objectContaining({ level: 'ERROR', requestId: 'request-1' }));
  });

  it('log a request without what was asked', async () => {
    await get('/reports/orders/o-secret', app(), {
      authorization: 'Bearer good',
      'x-correlation-id': 'trace-1',
    });
    expect(lines).toContainEqual(
      expect.objectContaining({ route: 'GET /reports/orders/:id', status: 404, correlationId: 'trace-1' }),
    );
    expect(JSON.stringify(lines)).not.toContain('o-secret');
  });

  it('carry security headers on answers and refusals', async () => {
    for (const url of ['/health', '/nowhere']) {
      expect((await get(url)).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'x-correlation-id': 'request-1',
      });
    }
  });
});

describe('the probes', () => {
  it.each([
    ['/health', ready, 200, { status: 'up' }],
    ['/health', { isReady: false, database: 'down', queue: 'down' } as const, 200, { status: 'up' }],
    ['/ready', ready, 200, { status: 'ready', database: 'up', queue: 'up' }],
    [
      '/ready',
      { isReady: false, database: 'down', queue: 'up' } as const,
      503,
      { status: 'not ready', database: 'down', queue: 'up' },
    ],
  ])('%s needs no token', async (url, readiness, status, body) => {
    const answer = await get(url, app({}, readiness), {});
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toEqual(body);
  });
});
