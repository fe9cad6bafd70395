import { type Database, openDatabase } from '../services/reports/src/adapters/database.ts';
import { migrations } from '../services/reports/src/adapters/migrations/index.ts';
import { orderRecords } from '../services/reports/src/adapters/order-records.ts';
import { salesTables } from '../services/reports/src/adapters/sales-tables.ts';
import { schema } from '../services/reports/src/adapters/schema.ts';
import { furthestOf } from '../services/reports/src/domain/recorded-order.ts';
import { routes } from '../services/reports/src/handlers/routes.ts';
import { server } from '../services/reports/src/handlers/server.ts';
import { databases } from '../services/reports/test/databases.ts';
import { completeOrder, line } from '../services/reports/test/orders.ts';
import { logger } from '../shared/logger.ts';
import { databaseConfig } from '../shared/postgres.ts';
import { type Figure, fixed, table } from './report.ts';
import type { Run } from './run.ts';
import { quantile } from './statistics.ts';

/** Two lines each, over the year 2025. */
const ORDERS = 1_000_000;
const CALLERS = 4;
/** As many as a task has for reports. */
const CONNECTIONS = 3;
const MESSAGES_OF_A_RECEIVE = 10;
const BUDGETS_MS: Readonly<Record<string, number>> = { 'a month by day': 150, 'a year by category': 2_000 };

const MONTH = 'from=2025-11-01&to=2025-11-30';
const YEAR = 'from=2025-01-01&to=2025-12-31';
const ASKED = [
  ['a month by day', `${MONTH}&by=day`],
  ['a month by category', `${MONTH}&by=category`],
  ['a year by day', `${YEAR}&by=day`],
  ['a year by category', `${YEAR}&by=category`],
] as const;

interface Row {
  readonly name: string;
  /** In milliseconds, of one caller at a time. */
  readonly p50: number;
  readonly p95: number;
  /** Of several callers at once. */
  readonly perSecond: number;
}

/** How long sales take to answer over a million orders, by HTTP without a token, and how fast orders are recorded. */
export async function reports({ quick, signal, progress }: Run): Promise<Figure> {
  const [name, openBenchDatabase] = databases.at(-1) ?? databases[0];
  const target = await openBenchDatabase();
  const config = {
    ...databaseConfig({ url: target.url }),
    statement_timeout: 0,
    query_timeout: 0,
    max: CONNECTIONS,
  };
  const database = openDatabase(config, {
    onPasswordRefused: () => undefined,
    onConnectionLost: () => undefined,
  });
  const orders = quick ? ORDERS / 20 : ORDERS;
  try {
    await schema({ database, patient: database }, migrations).migrate();
    const recorded = await record(database, quick ? 1_000 : 5_000, signal);
    progress(`reports: making ${orders} orders on ${name}`);
    await fill(database, orders, signal);
    await target.pool.query('vacuum analyze');
    progress('reports: asking for sales');
    return figure(name, orders, await ask(database, quick ? 3_000 : 10_000, signal), recorded);
  } finally {
    await database.close();
    await target.close();
  }
}

/** Orders and rows per second that one task records, ten orders in a transaction as they come from the queue. */
async function record(database: Database, count: number, signal: AbortSignal) {
  const records = orderRecords(database);
  const lines = [line({ itemId: 'lamp' }), line({ itemId: 'rug', category: 'floor' })];
  const began = performance.now();
  for (let start = 0; start < count; start += MESSAGES_OF_A_RECEIVE) {
    signal.throwIfAborted();
    const ids = Array.from({ length: MESSAGES_OF_A_RECEIVE }, (_, index) => `recorded-${start + index}`);
    await records.record(furthestOf(ids.map((id) => completeOrder({ id, lines, total: 5_196 }))));
  }
  const seconds = (performance.now() - began) / 1_000;
  return { ordersPerSecond: count / seconds, rowsPerSecond: (3 * count) / seconds };
}

async function fill(database: Database, count: number, signal: AbortSignal): Promise<void> {
  const step = 50_000;
  for (let first = 1; first <= count; first += step) {
    signal.throwIfAborted();
    await database.query(
      `insert into orders (order_id, status, placed_at, ended_at, currency, total, quantity)
       select 'order-' || n, 'COMPLETE', at, at, 'EUR', 3000 + n % 7000, 3
       from (select n, timestamptz '2025-01-01' + n * interval '365 days' / $3::int as at
             from generate_series($1::int, $2::int) as n) as numbered`,
      [first, Math.min(first + step - 1, count), count + 1],
    );
    await database.query(
      `insert into order_lines (order_id, line_number, item_id, name, category, opens_category, quantity,
         unit_amount, currency, placed_day, is_sold)
       select 'order-' || n, k, 'item-' || (n * 7 + k) % 5000, 'Item', 'category-' || (n + k) % 40, true, k,
         (3000 + n % 7000) / 3, 'EUR', (timestamptz '2025-01-01' + n * interval '365 days' / $3::int)::date, true
       from generate_series($1::int, $2::int) as n, generate_series(1, 2) as k`,
      [first, Math.min(first + step - 1, count), count + 1],
    );
  }
}

async function ask(database: Database, milliseconds: number, signal: AbortSignal): Promise<Row[]> {
  // A line for each request would be measured as well.
  logger.setLogLevel('SILENT');
  const up = { isReady: true, database: 'up', queue: 'up' } as const;
  const app = server({
    routes: routes({ sales: salesTables(database), readiness: async () => up }),
    verifyToken: async () => ({ scopes: ['shop/reports'] }),
    newId: () => 'bench',
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const request = async (query: string) => {
    signal.throwIfAborted();
    const began = performance.now();
    const response = await fetch(`${url}/reports/sales?${query}`, { headers: { authorization: 'token' } });
    await response.text();
    if (!response.ok) throw new Error(`/reports/sales?${query} answers ${response.status}.`);
    return performance.now() - began;
  };
  /** Times of requests one after the other, for so long and at least three of them. */
  const requests = async (query: string) => {
    const times: number[] = [];
    for (const end = performance.now() + milliseconds / 2; times.length < 3 || performance.now() < end; ) {
      times.push(await request(query));
    }
    return times;
  };
  try {
    const rows: Row[] = [];
    for (const [name, query] of ASKED) {
      await request(query);
      const alone = await requests(query);
      const began = performance.now();
      const together = await Promise.all(Array.from({ length: CALLERS }, () => requests(query)));
      const perSecond = (together.flat().length * 1_000) / (performance.now() - began);
      rows.push({ name, p50: quantile(alone, 0.5), p95: quantile(alone, 0.95), perSecond });
    }
    return rows;
  } finally {
    await app.close();
  }
}

function figure(
  databaseName: string,
  orders: number,
  rows: readonly Row[],
  recorded: Awaited<ReturnType<typeof record>>,
): Figure {
  return {
    title: `Reports over ${orders.toLocaleString('en')} orders on ${databaseName}`,
    text: [
      table(
        ['/reports/sales of', 'p50', 'p95', 'requests/s'],
        rows.map(({ name, p50, p95, perSecond }) => [
          name,
          fixed(p50, 1),
          fixed(p95, 1),
          fixed(perSecond, 1),
        ]),
      ),
      `In milliseconds, one request at a time; requests/s with ${CALLERS} callers.`,
      `One task records ${fixed(recorded.ordersPerSecond, 0)} orders a second, ${fixed(recorded.rowsPerSecond, 0)} rows.`,
    ].join('\n'),
    budgets: rows.flatMap(({ name, p95 }) => {
      const budget = BUDGETS_MS[name];
      if (budget === undefined) return [];
      const measured = `${fixed(p95, 0)} ms`;
      return [{ name: `sales of ${name} (p95)`, target: `≤ ${budget} ms`, measured, met: p95 <= budget }];
    }),
    data: { databaseName, orders, rows, recorded },
  };
}
