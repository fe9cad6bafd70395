import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { lamp } from '../services/items/test/lamp.ts';
import { randomFrom } from '../services/orders/simulation/random.ts';
import { VirtualTime } from '../services/orders/simulation/virtual-time.ts';
import { inventoryTable } from '../services/orders/src/adapters/inventory-table.ts';
import { ordersTable } from '../services/orders/src/adapters/orders-table.ts';
import { checkInventory } from '../services/orders/src/domain/check-inventory.ts';
import { OutOfStock } from '../services/orders/src/domain/order-errors.ts';
import { openShop, type Shop } from '../services/orders/test/shop.ts';
import { Throttled } from '../shared/errors.ts';
import { readYaml } from '../tools/cloudformation-yaml.ts';
import { shopOn } from './capacity-shop.ts';
import { type Contention, contended } from './hot-key-rows.ts';
import { type Figure, fixed, table } from './report.ts';
import type { Run } from './run.ts';
import { quantile } from './statistics.ts';
import { createDeclaredTables, openTables, type Tables } from './tables.ts';

const HOT = 'hot';
const RATE = 100;
/** Orders each second, and for how long DynamoDB holds the rows of a transaction, which it does not say. */
const LOADS = [
  { rate: 10, heldMs: 10 },
  { rate: 50, heldMs: 10 },
  { rate: RATE, heldMs: 5 },
  { rate: RATE, heldMs: 10 },
  { rate: RATE, heldMs: 20 },
];
/** What is held so long is held against the budget; at 20 ms the row has room for 50 transactions each second. */
const BUDGET_HELD_MS = 10;
/** Of the orders; the others find the item sold out. */
const IN_STOCK = 0.9;
const DRAIN_MS = 180_000;

/** What 100 orders each second for one item do: to the row of its stock, and to the whole system on this machine. */
export async function hotKey({ quick, folder, signal, progress }: Run): Promise<Figure> {
  const seconds = quick ? 3 : 10;
  // A laptop is busy for a minute with the whole orders of three seconds.
  const wholeSeconds = quick ? 1 : 3;
  const tables = await openTables(join(folder, 'hot-key.sqlite'), { signal, onEnd: progress });
  const rows: Contended[] = [];
  try {
    await createDeclaredTables(tables);
    for (const load of LOADS) {
      signal.throwIfAborted();
      progress(`hot-key: ${load.rate} reservations each second, rows held for ${load.heldMs} ms`);
      rows.push(await reservations(tables, { ...load, seconds }));
    }
  } finally {
    tables.stop();
  }
  progress(`hot-key: ${RATE} whole orders each second for ${wholeSeconds} s`);
  const whole = await wholeOrders(wholeSeconds, signal);
  return figure(rows, whole, wholeSeconds);
}

/** What became of the orders of one load. Times are in milliseconds, from the first attempt to the reservation. */
interface Contended extends Contention {
  readonly rate: number;
  readonly heldMs: number;
  readonly orders: number;
  readonly reserved: number;
  readonly outOfStock: number;
  /** Whose task failed so often that the workflow undoes them. */
  readonly undone: number;
  /** Runs of the task after the first. */
  readonly retries: number;
  readonly times: readonly number[];
  /** Stock and reservations together are what there was, and the stock is not below nothing. */
  readonly isConserved: boolean;
}

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds: number;
}

/** How the workflow tries the task again, as it is declared. */
function declaredRetrier(): Retrier {
  const file = new URL('../services/orders/workflows/order.asl.yml', import.meta.url);
  const { States } = readYaml(file.pathname) as {
    States: { CheckInventory: { Retry: readonly Retrier[] } };
  };
  const retrier = States.CheckInventory.Retry.find(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
  if (!retrier) throw new Error('The workflow does not try to reserve again.');
  return retrier;
}

/** Reserves by the adapter of the service, in a time of its own, in which nothing takes longer than it would on AWS. */
async function reservations(
  tables: Tables,
  { rate, heldMs, seconds }: { rate: number; heldMs: number; seconds: number },
): Promise<Contended> {
  const count = rate * seconds;
  const stock = Math.round(count * IN_STOCK);
  const ids = await validatedOrders(tables, count, stock, `${rate}-${heldMs}`);
  const time = new VirtualTime(Date.parse('2026-11-23T10:00:00Z'));
  const random = randomFrom(rate * heldMs);
  const { documents, contention } = contended(tables.documents, time, heldMs);
  const database = {
    documents,
    ordersTable: 'OrdersTable',
    itemsTable: 'ItemsTable',
    pause: (milliseconds: number) => time.sleep(milliseconds),
  };
  const dependencies = { orders: ordersTable(database), inventory: inventoryTable(database), now: time.date };
  const retrier = declaredRetrier();
  const counts = { reserved: 0, outOfStock: 0, undone: 0, retries: 0 };
  const times: number[] = [];

  async function reserve(orderId: string): Promise<keyof typeof counts> {
    const began = time.now();
    for (let retry = 0; ; retry += 1) {
      try {
        await checkInventory(dependencies, { orderId, attempt: retry + 1 });
        times.push(time.now() - began);
        return 'reserved';
      } catch (error) {
        if (error instanceof OutOfStock) return 'outOfStock';
        if (!(error instanceof Throttled)) throw error;
        if (retry === retrier.MaxAttempts) return 'undone';
        counts.retries += 1;
        const { IntervalSeconds, BackoffRate, MaxDelaySeconds } = retrier;
        const longest = Math.min(IntervalSeconds * BackoffRate ** retry, MaxDelaySeconds);
        await time.sleep(random.next() * longest * 1_000);
      }
    }
  }

  let arrival = 0;
  const running = ids.map((id) => {
    // Customers know nothing of each other: what lies between two is distributed exponentially.
    arrival += (-Math.log(1 - random.next()) * 1_000) / rate;
    return time.sleep(arrival).then(async () => {
      counts[await reserve(id)] += 1;
    });
  });
  await time.runUntil(time.now() + arrival + DRAIN_MS);
  await Promise.all(running);
  const left = await stockLeft(tables);
  const isConserved = left >= 0 && left + counts.reserved === stock;
  return { rate, heldMs, orders: count, ...counts, ...contention, times, isConserved };
}

/** Orders of the hot item that wait for their stock. */
async function validatedOrders(
  tables: Tables,
  count: number,
  stock: number,
  name: string,
): Promise<readonly string[]> {
  const shop = shopOn(tables);
  const { version: _, createdAt: __, updatedAt: ___, ...item } = lamp;
  await shop.catalogue.remove(HOT, { states: undefined });
  await shop.addItem({ ...item, id: HOT, stock });
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const { id } = await shop.place([{ itemId: HOT, quantity: 1 }], `${name}-${number}`);
    await shop.validate(id);
    ids.push(id);
  }
  return ids;
}

async function stockLeft({ documents }: Tables): Promise<number> {
  const { Item } = await documents.send(
    new GetCommand({ TableName: 'ItemsTable', Key: { id: HOT }, ConsistentRead: true }),
  );
  return Number(Item?.stock);
}

/** Orders by HTTP's event and the workflow, all of one item. Times are in milliseconds, sorted. */
interface Whole {
  readonly placed: number;
  /** Of each second, as many as the machine took. */
  readonly rate: number;
  readonly endings: Readonly<Record<string, number>>;
  readonly stockLeft: number;
  readonly orders: readonly number[];
  readonly isConserved: boolean;
}

interface OrderRow {
  readonly record: string;
  readonly status: string;
  readonly reason?: string;
  readonly timeline: readonly { readonly at: string }[];
}

async function wholeOrders(seconds: number, signal: AbortSignal): Promise<Whole> {
  const count = RATE * seconds;
  const stock = Math.round(count * IN_STOCK);
  const shop = await openShop();
  try {
    await shop.stock(HOT, stock);
    const began = performance.now();
    const body = { lines: [{ itemId: HOT, quantity: 1 }], payment: { token: 'tok_ok' } };
    const placing: Promise<unknown>[] = [];
    for (let number = 0; number < count; number += 1) {
      await delay(Math.max(0, began + (number * 1_000) / RATE - performance.now()), undefined, { signal });
      placing.push(shop.place(body, { key: `hot-${number}` }));
    }
    await Promise.all(placing);
    const rate = count / ((performance.now() - began) / 1_000);
    const rows = await ended(shop, count, signal);
    const endings: Record<string, number> = {};
    for (const { status, reason } of rows) {
      const ending = [status, reason].filter(Boolean).join(' ');
      endings[ending] = (endings[ending] ?? 0) + 1;
    }
    const left = await shop.stockOf(HOT);
    return {
      placed: rows.length,
      rate,
      endings,
      stockLeft: left,
      orders: rows.filter(({ status }) => status === 'COMPLETE').map(durationOf),
      isConserved: left >= 0 && left + (endings.COMPLETE ?? 0) === stock,
    };
  } finally {
    await shop.close();
  }
}

/** All orders, when they have come to their end or the time is over. */
async function ended({ documents, cloud }: Shop, count: number, signal: AbortSignal): Promise<OrderRow[]> {
  for (const deadline = Date.now() + DRAIN_MS; ; await delay(1_000, undefined, { signal })) {
    const rows: OrderRow[] = [];
    const scan = { TableName: cloud.resources.OrdersTable };
    for await (const { Items = [] } of paginateScan({ client: documents }, scan)) {
      rows.push(...(Items as OrderRow[]).filter(({ record }) => record === 'order'));
    }
    const open = rows.filter(({ status }) => !['COMPLETE', 'FAILED'].includes(status));
    if ((rows.length === count && open.length === 0) || Date.now() > deadline) return rows;
  }
}

function durationOf({ timeline }: OrderRow): number {
  const times = timeline.map(({ at }) => Date.parse(at));
  return Math.max(...times) - Math.min(...times);
}

const inMs = (times: readonly number[], part: number) =>
  times.length > 0 ? fixed(quantile(times, part), 0) : '–';

function figure(rows: readonly Contended[], whole: Whole, wholeSeconds: number): Figure {
  const isConserved = whole.isConserved && rows.every((row) => row.isConserved);
  const undone = rows.find(({ rate, heldMs }) => rate === RATE && heldMs === BUDGET_HELD_MS)?.undone;
  return {
    title: `${RATE} orders each second for one item`,
    text: [
      table(
        [
          'reservations/s',
          'held ms',
          'orders',
          'reserved',
          'sold out',
          'undone',
          'transactions',
          'conflicts',
          'tasks again',
          'p50',
          'p95',
          'max',
        ],
        rows.map((row) => [
          ...[row.rate, row.heldMs, row.orders, row.reserved, row.outOfStock, row.undone].map(String),
          ...[row.transactions, row.conflicts, row.retries].map(String),
          ...[0.5, 0.95, 1].map((part) => inMs(row.times, part)),
        ]),
      ),
      'The adapter that reserves, with the retries of the workflow, in a time of its own: rows are held as DynamoDB does,',
      'for as long as is assumed. In milliseconds, from the first attempt of the task to the reservation.',
      '',
      `The whole system, ${RATE} orders each second for ${wholeSeconds} s: ${fixed(whole.rate, 0)} accepted each second, then ` +
        `${Object.entries(whole.endings)
          .map(([ending, count]) => `${count} ${ending}`)
          .join(', ')}; ` +
        `${whole.stockLeft} left in stock. An order took ${inMs(whole.orders, 0.5)} ms (p50), ${inMs(whole.orders, 0.95)} ms (p95):`,
      'the time of this machine. Its engine does one thing after the other, so that no transaction meets another.',
    ].join('\n'),
    charts: [
      {
        name: 'hot-key',
        title: 'Reservations of one item: what 95 of 100 wait at most',
        unit: 'ms',
        bars: rows.map(({ rate, heldMs, times }) => ({
          label: `${rate} each second, rows held ${heldMs} ms`,
          value: times.length > 0 ? quantile(times, 0.95) : 0,
          isOurs: true,
        })),
      },
    ],
    budgets: [
      {
        name: 'stock and sales of the hot item',
        target: 'what there was',
        measured: isConserved ? 'what there was' : 'something else',
        met: isConserved,
      },
      {
        name: `orders undone for conflicts, at ${RATE} per second and ${BUDGET_HELD_MS} ms`,
        target: '0',
        measured: String(undone),
        met: undone === 0,
      },
    ],
    data: {
      rows: rows.map(({ times, ...row }) => ({
        ...row,
        times: [0.5, 0.95, 1].map((part) => inMs(times, part)),
      })),
      whole: { ...whole, orders: [0.5, 0.95].map((part) => inMs(whole.orders, part)) },
    },
  };
}
