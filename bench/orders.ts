import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { awsClient } from '../offline/aws/client.ts';
import { issuedToken } from '../offline/issued-token.ts';
import { type OfflineProcess, startOffline } from '../offline/testing/offline.ts';
import { sumOfTree } from './process-tree.ts';
import { type Figure, fixed, table } from './report.ts';
import type { Run } from './run.ts';
import { quantile } from './statistics.ts';

/** Orders per second that must be sustained, and those that are aimed at. */
const RATES = [20, 50];
/** Of the first of them; the last orders are still on their way when the load ends. */
const SUSTAINED = 19;
const LONGEST_ORDER_MS = 1_000;
/** Orders that come before the measured ones, so that functions have started, as those of a shop in use have. */
const WARM_UP = 100;
const DRAIN_MS = 60_000;
const PARTS = [0.5, 0.95, 0.99];
/** A dash when nothing came to its end. */
const inMs = (times: readonly number[], part: number) =>
  times.length > 0 ? fixed(quantile(times, part), 0) : '–';

interface Load {
  readonly rate: number;
  readonly placed: number;
  readonly complete: number;
  readonly unfinished: number;
  /** How many were complete each second, from the first placement to the last completion. */
  readonly throughput: number;
  /** What all processes of the local cloud had of the processors for an order, in milliseconds. */
  readonly cpuMs: number;
  /** In milliseconds, sorted: of the request, and from the placement to the last step. */
  readonly requests: readonly number[];
  readonly orders: readonly number[];
}

interface Row {
  readonly status: string;
  readonly timeline: readonly { readonly at: string; readonly event: string }[];
}

/** How long orders take while so many come in each second, by HTTP, in the whole system on this machine. */
export async function orders({ quick, signal, progress }: Run): Promise<Figure> {
  const seconds = quick ? 10 : 60;
  const loads: Load[] = [];
  for (const rate of [1, ...RATES]) {
    signal.throwIfAborted();
    progress(`orders: ${rate} each second for ${rate === 1 ? 10 : seconds} s`);
    loads.push(await load(rate, rate === 1 ? 10 : seconds, signal));
  }
  const [alone, least] = loads;
  const rows = loads.map(({ rate, placed, complete, unfinished, throughput, cpuMs, requests, orders }) => [
    String(rate),
    String(placed),
    String(complete),
    String(unfinished),
    fixed(throughput, 1),
    fixed(cpuMs, 0),
    ...PARTS.map((part) => inMs(requests, part)),
    ...PARTS.map((part) => inMs(orders, part)),
  ]);
  const titles = ['orders/s', 'placed', 'complete', 'unfinished', 'complete/s', 'CPU ms'];
  const times = ['p50', 'p95', 'p99'];
  return {
    title: 'Orders in the local cloud',
    text: [
      table(
        [...titles, ...times.map((time) => `POST ${time}`), ...times.map((time) => `order ${time}`)],
        rows,
      ),
      'In milliseconds: POST is the answer to the request, order the time from there to its last step. CPU ms is what all',
      `processes of \`sls offline\` had of the processors for each order, and the callers not. ${WARM_UP} orders came before.`,
    ].join('\n'),
    budgets: [
      {
        name: 'one order from POST to complete (p50)',
        target: `≤ ${LONGEST_ORDER_MS} ms`,
        measured: `${inMs(alone?.orders ?? [], 0.5)} ms`,
        met: Number(inMs(alone?.orders ?? [], 0.5)) <= LONGEST_ORDER_MS,
      },
      {
        name: `orders at ${RATES[0]} per second for ${seconds} s that are complete`,
        target: String((RATES[0] ?? 0) * seconds),
        measured: String(least?.complete),
        met: least?.complete === (RATES[0] ?? 0) * seconds,
      },
      {
        name: `orders complete per second, at ${RATES[0]} placed`,
        target: `≥ ${SUSTAINED}`,
        measured: fixed(least?.throughput ?? 0, 1),
        met: (least?.throughput ?? 0) >= SUSTAINED,
      },
    ],
    data: loads.map(({ requests, orders, ...counts }) => ({
      ...counts,
      requests: PARTS.map((part) => inMs(requests, part)),
      orders: PARTS.map((part) => inMs(orders, part)),
    })),
  };
}

async function load(rate: number, seconds: number, signal: AbortSignal): Promise<Load> {
  const offline = await startOffline({ folder: new URL('..', import.meta.url).pathname });
  const stop = () => void offline.stop();
  signal.addEventListener('abort', stop);
  try {
    const { place } = await openShop(offline);
    for (let number = 0; number < WARM_UP; number += 1) await place(`warm-up-${number}`);
    await settled(offline, DRAIN_MS);
    const requests: number[] = [];
    const running: Promise<void>[] = [];
    const cpuBefore = processorSeconds(offline.pid);
    const begin = performance.now();
    const beganAt = Date.now();
    for (let number = 0; number < rate * seconds; number += 1) {
      await delay(Math.max(0, begin + (number * 1_000) / rate - performance.now()), undefined, { signal });
      running.push(place(`order-${number}`).then((time) => void requests.push(time)));
    }
    await Promise.all(running);
    const all = await settled(offline, DRAIN_MS);
    const rows = all.filter((row) => Math.min(...timesOf(row)) >= beganAt);
    const complete = rows.filter(({ status }) => status === 'COMPLETE');
    return {
      rate,
      placed: rows.length,
      complete: complete.length,
      unfinished: rows.filter(({ status }) => !['COMPLETE', 'FAILED'].includes(status)).length,
      throughput: throughputOf(complete),
      cpuMs: ((processorSeconds(offline.pid) - cpuBefore) * 1_000) / rows.length,
      requests: requests.toSorted((a, b) => a - b),
      orders: complete.map(durationOf).toSorted((a, b) => a - b),
    };
  } finally {
    signal.removeEventListener('abort', stop);
    await offline.stop();
  }
}

/** What a process and all that it started have had of the processors. */
const processorSeconds = (pid: number) => sumOfTree(pid, 'cputimes');

/** What is sold, but for its id. */
export const ITEM = {
  sku: 'B',
  name: 'Thing',
  category: 'bench',
  price: { amount: 100, currency: 'EUR' },
  stock: 1_000_000,
};

/** A shop with items in stock, and who may ask it. */
export interface Shop {
  readonly http: string;
  readonly tokens: { readonly editor: string; readonly customer: string };
  /** Places an order with this Idempotency-Key: how long the request took, in milliseconds. */
  place(key: string): Promise<number>;
}

/** Stocks the shop with the items `bench-0` to `bench-19`. */
export async function openShop({ endpoints }: Pick<OfflineProcess, 'endpoints'>): Promise<Shop> {
  const ask = async (url: string, token: string, key: string, body: object) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Record<string, string>;
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const editor = await issuedToken(endpoints.issuer, { sub: 'alice', scope: 'shop/items.write' });
  const customer = await issuedToken(endpoints.issuer, { sub: 'bob', scope: 'shop/orders' });
  const http = endpoints.http ?? '';
  const ids = Array.from({ length: 20 }, (_, number) => `bench-${number}`);
  for (const id of ids) await ask(`${http}/items`, editor, id, { ...ITEM, id });
  let next = 0;
  return {
    http,
    tokens: { editor, customer },
    async place(key) {
      next = (next + 1) % ids.length;
      const begin = performance.now();
      const lines = [{ itemId: ids[next], quantity: 1 }];
      await ask(`${http}/orders`, customer, key, { lines, payment: { token: 'tok_ok' } });
      return performance.now() - begin;
    },
  };
}

/** Every order, when none is on its way any more or the time is over. */
export async function settled({ endpoints }: OfflineProcess, withinMs: number): Promise<Row[]> {
  const region = 'eu-west-1';
  const deadline = Date.now() + withinMs;
  // To read all orders over and over would have those wait that are to be measured.
  const states = awsClient(endpoints.aws, region);
  const running = {
    stateMachineArn: endpoints.resources.OrderProcessing,
    statusFilter: 'RUNNING',
    maxResults: 1,
  };
  const isOver = async () => {
    const found = await states.json<{ executions: object[] }>(
      'states',
      'AWSStepFunctions.ListExecutions',
      running,
    );
    return found.executions.length === 0;
  };
  while (Date.now() < deadline && !(await isOver())) await delay(200);

  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: endpoints.aws, region, credentials });
  try {
    const rows: Row[] = [];
    // The paginator writes its place into what it is given.
    const scan = { TableName: endpoints.resources.OrdersTable };
    for await (const { Items = [] } of paginateScan({ client: DynamoDBDocumentClient.from(client) }, scan)) {
      rows.push(...(Items.filter(({ record }) => record === 'order') as unknown as Row[]));
    }
    return rows;
  } finally {
    client.destroy();
  }
}

const timesOf = ({ timeline }: Row) => timeline.map(({ at }) => Date.parse(at));

function durationOf(row: Row): number {
  const times = timesOf(row);
  return Math.max(...times) - Math.min(...times);
}

function throughputOf(rows: readonly Row[]): number {
  const times = rows.flatMap(timesOf).sort((a, b) => a - b);
  const milliseconds = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return milliseconds > 0 ? (rows.length * 1_000) / milliseconds : 0;
}
