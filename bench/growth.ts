import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { CUSTOMER, type MeteredShop, shopOn } from './capacity-shop.ts';
import { categoryOf, itemId, openFilled, orderId, rowsOfTheShop } from './growth-tables.ts';
import { type Figure, fixed, table, times } from './report.ts';
import type { Run } from './run.ts';
import { quantile } from './statistics.ts';
import type { Tables, Units } from './tables.ts';

const PAGE = 50;
const OWN_PAGE = 20;
/** As many as are under way at any size. */
const UNFINISHED = 20;
const WARM_UP = 5;

interface Subject {
  readonly name: string;
  work(shop: MeteredShop, size: number, round: number): Promise<unknown>;
  /** What makes the shop as it was before. */
  undo?(shop: MeteredShop, done: unknown): Promise<unknown>;
}

/** An item that is not the first of anything. */
const ITEM = itemId(7);
const line = [{ itemId: ITEM, quantity: 1 }];

const FIRST_PAGE = 'GET /items, the first page';

const SUBJECTS: readonly Subject[] = [
  { name: FIRST_PAGE, work: (shop) => shop.catalogue.page({ limit: PAGE }) },
  {
    name: 'GET /items, a page in the middle',
    work: (shop, size) => shop.catalogue.page({ limit: PAGE, position: itemId(size / 2) }),
  },
  {
    name: 'GET /items?category, the first page',
    work: (shop) => shop.catalogue.page({ limit: PAGE, category: categoryOf(0) }),
  },
  {
    name: 'GET /items?category, a page in the middle',
    work: (shop, size) =>
      shop.catalogue.page({ limit: PAGE, category: categoryOf(0), position: itemId(size / 2) }),
  },
  { name: 'GET /items/{id}', work: (shop) => shop.catalogue.find(ITEM) },
  {
    name: 'GET /orders, the newest of a hundredth of all',
    work: (shop) => shop.orders.page({ customerId: CUSTOMER, limit: OWN_PAGE }),
  },
  { name: 'GET /orders/{id}', work: (shop, size) => shop.orders.find(orderId(size / 2)) },
  {
    name: 'POST /orders',
    work: (shop, _, round) => shop.place(line, `placed-${round}`),
    undo: (shop, order) => shop.cancel((order as { id: string }).id),
  },
  {
    name: 'an order, from its placement to its end',
    work: (shop, _, round) => shop.fulfil(line, `fulfilled-${round}`),
    undo: (shop) => shop.stock.adjust(ITEM, 1, undefined),
  },
  { name: `a sweep, with ${UNFINISHED} orders under way`, work: (shop) => shop.sweep() },
  { name: 'a page of the clean-up, of 1,000 keys', work: (shop) => shop.cleanUpPage() },
];

/** A subject at one size; times in milliseconds. */
interface Row {
  readonly name: string;
  readonly size: number;
  readonly p50: number;
  readonly p95: number;
  /** Of each kind that was seen, read and write. */
  readonly units: readonly string[];
}

/** What routes and scheduled runs take and consume while the catalogue, the orders and the keys of requests grow. */
export async function growth({ quick, folder, signal, progress }: Run): Promise<Figure> {
  const sizes = quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000];
  const rows: Row[] = [];
  const shopRows = await rowsOfTheShop(join(folder, 'growth-template.sqlite'), { signal, onEnd: progress });
  for (const size of sizes) {
    const began = performance.now();
    const tables = await openFilled(shopRows, size, { folder, signal, progress });
    try {
      const seconds = fixed((performance.now() - began) / 1_000, 0);
      progress(`growth: ${size} items, orders and keys, filled in ${seconds} s`);
      rows.push(...(await measured(tables, size, quick ? 15 : 40, signal)));
    } finally {
      tables.stop();
      for (const ending of ['', '-wal', '-shm'])
        rmSync(join(folder, `growth-${size}.sqlite${ending}`), { force: true });
    }
  }
  return figure(rows, sizes);
}

async function measured(tables: Tables, size: number, rounds: number, signal: AbortSignal): Promise<Row[]> {
  const shop = shopOn(tables);
  for (let order = 0; order < UNFINISHED; order += 1) await shop.place(line, `under-way-${order}`);
  const found = SUBJECTS.map((subject) => ({
    subject,
    milliseconds: [] as number[],
    units: new Set<string>(),
  }));
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (const { subject, milliseconds, units } of found) {
      signal.throwIfAborted();
      let done: unknown;
      const before = performance.now();
      const consumed = await tables.unitsOf(async () => {
        done = await subject.work(shop, size, round);
      });
      const took = performance.now() - before;
      await subject.undo?.(shop, done);
      if (round < 0) continue;
      milliseconds.push(took);
      units.add(inWords(consumed));
    }
  }
  return found.map(({ subject: { name }, milliseconds, units }) => ({
    name,
    size,
    p50: quantile(milliseconds, 0.5),
    p95: quantile(milliseconds, 0.95),
    units: [...units],
  }));
}

const inWords = ({ read, write }: Units) => `${read} + ${write}`;

function figure(rows: readonly Row[], sizes: readonly number[]): Figure {
  const of = (name: string) => rows.filter((row) => row.name === name);
  const unitsOf = (name: string) => [...new Set(of(name).flatMap(({ units }) => units))];
  const [least, ...greater] = sizes.map((size) => size.toLocaleString('en'));
  const largest = greater.at(-1);
  return {
    title: 'Growth: the same with more items, orders and keys of requests',
    text: [
      table(
        [
          '',
          'read + write units',
          `p50 at ${least}`,
          ...greater.map((size) => `at ${size}`),
          'p95',
          'ratio of p50',
        ],
        SUBJECTS.map(({ name }) => {
          const all = of(name);
          const medians = all.map(({ p50 }) => p50);
          return [
            name,
            unitsOf(name).join(', '),
            ...medians.map((median) => fixed(median, 1)),
            fixed(all.at(-1)?.p95 ?? Number.NaN, 1),
            times((medians.at(-1) ?? Number.NaN) / (medians[0] ?? Number.NaN)),
          ];
        }),
      ),
      `In milliseconds, by the engine of the local cloud and the adapters alone; p95 and the ratio are those of the last size.`,
    ].join('\n'),
    charts: [
      {
        name: 'growth',
        title: `${FIRST_PAGE} (${PAGE} items): median time with more of everything in the tables`,
        unit: 'ms',
        bars: of(FIRST_PAGE).map(({ size, p50 }) => ({
          label: `${size.toLocaleString('en')} items`,
          value: p50,
          isOurs: true,
        })),
      },
    ],
    budgets: SUBJECTS.map(({ name }) => ({
      name: `read + write units of ${name}`,
      target: `the same at ${least} and ${largest}`,
      measured: unitsOf(name).join(', '),
      met: unitsOf(name).length === 1,
    })),
    data: rows,
  };
}
