import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import { startOffline } from '../offline/testing/offline.ts';
import { root } from './bundles.ts';
import { ITEM, openShop, type Shop, settled } from './orders.ts';
import { type Figure, fixed, table, times } from './report.ts';
import type { Run } from './run.ts';
import { quantile } from './statistics.ts';

const CALLERS = [1, 10, 50];
const LONGEST_START_S = 6;
/** Where `npm start` builds. */
const BUILD = '.offline/build';
/** A function's first start on a busy machine takes its time. */
const LONGEST_ANSWER_S = 60;
const DRAIN_MS = 120_000;

interface Asked {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: keyof Shop['tokens'];
  readonly body?: object;
  readonly status: number;
}

/** The first is the baseline: the front answers it and asks no function. */
const ASKED: readonly Asked[] = [
  { name: 'no route, no function', method: 'GET', path: '/nothing', status: 404 },
  { name: 'GET /items/{id}', method: 'GET', path: '/items/bench-0', status: 200 },
  { name: 'POST /items', method: 'POST', path: '/items', token: 'editor', body: ITEM, status: 201 },
  {
    name: 'POST /orders',
    method: 'POST',
    path: '/orders',
    token: 'customer',
    body: { lines: [{ itemId: 'bench-0', quantity: 1 }], payment: { token: 'tok_ok' } },
    status: 202,
  },
];

interface Row {
  readonly name: string;
  readonly callers: number;
  readonly perSecond: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Answers with another status than expected, and requests without one. */
  readonly failed: number;
}

/** How long requests of so many callers take by HTTP, each of whom asks again when answered, in the local cloud. */
export async function endToEnd({ quick, signal, progress }: Run): Promise<Figure> {
  const seconds = quick ? 3 : 10;
  // A first start builds the functions, as it does once after each change of the packages.
  const start = () => startOffline({ folder: root, build: BUILD });
  await (await start()).stop();
  const began = performance.now();
  const offline = await start();
  const readyS = (performance.now() - began) / 1_000;
  const stop = () => void offline.stop();
  signal.addEventListener('abort', stop);
  try {
    const shop = await openShop(offline);
    const rows: Row[] = [];
    for (const asked of ASKED) {
      // Starts the function, and compiles it.
      await ask(asked, shop, { connections: 1, amount: 1 });
      for (const callers of CALLERS) {
        signal.throwIfAborted();
        progress(`end to end: ${asked.name}, ${callers} at once for ${seconds} s`);
        rows.push(await ask(asked, shop, { connections: callers, duration: seconds }));
        // Workflows go on after the answer; the next callers find a machine that rests.
        if (asked.path === '/orders') await settled(offline, DRAIN_MS);
      }
    }
    return figure(rows, seconds, readyS);
  } finally {
    signal.removeEventListener('abort', stop);
    await offline.stop();
  }
}

async function ask(
  asked: Asked,
  shop: Shop,
  load: { connections: number; duration?: number; amount?: number },
): Promise<Row> {
  const { name, method, path, token, body, status } = asked;
  const answers: number[] = [];
  let failed = 0;
  const options: autocannon.Options = {
    url: `${shop.http}${path}`,
    ...load,
    timeout: LONGEST_ANSWER_S,
    method,
    ...(body && { body: JSON.stringify(body) }),
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${shop.tokens[token]}` }),
    },
    requests: [
      {
        setupRequest: (request) => ({
          ...request,
          headers: { ...request.headers, 'idempotency-key': randomUUID() },
        }),
      },
    ],
  };
  const { errors, duration } = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(options, (problem, result) => (problem ? reject(problem) : resolve(result)));
    running.on('response', (_client, code, _bytes, milliseconds) => {
      answers.push(milliseconds);
      if (code !== status) failed += 1;
    });
  });
  if (answers.length === 0) throw new Error(`${name} is not answered: ${errors} errors.`);
  return {
    name,
    callers: load.connections,
    perSecond: answers.length / duration,
    p50: quantile(answers, 0.5),
    p95: quantile(answers, 0.95),
    p99: quantile(answers, 0.99),
    failed: failed + errors,
  };
}

function figure(rows: readonly Row[], seconds: number, readyS: number): Figure {
  const alone = (callers: number) =>
    rows.find((row) => row.name === ASKED[0]?.name && row.callers === callers)?.p50 ?? Number.NaN;
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  return {
    title: 'End to end in the local cloud',
    text: [
      table(
        ['request', 'callers', 'requests/s', 'p50', 'p95', 'p99', 'p50×', 'failed'],
        rows.map(({ name, callers, perSecond, p50, p95, p99, failed }) => [
          name,
          String(callers),
          fixed(perSecond, 0),
          fixed(p50, 1),
          fixed(p95, 1),
          fixed(p99, 1),
          times(p50 / alone(callers)),
          String(failed),
        ]),
      ),
      `In milliseconds over ${seconds} s each. A caller sends its next request when it is answered. p50× is to the answer`,
      'of the HTTP front alone. Front, functions, DynamoDB, workflows and callers share the cores of this machine.',
    ].join('\n'),
    charts: [
      {
        name: 'end-to-end',
        title: 'Requests a second in the local cloud',
        unit: 'a second',
        bars: rows.map(({ name, callers, perSecond }) => ({
          label: `${name}, ${callers} at once`,
          value: perSecond,
          isOurs: name !== ASKED[0]?.name,
        })),
      },
    ],
    budgets: [
      {
        name: 'sls offline is ready',
        target: `≤ ${LONGEST_START_S} s`,
        measured: `${fixed(readyS, 1)} s`,
        met: readyS <= LONGEST_START_S,
      },
      {
        name: 'requests that fail at 1, 10 and 50 callers',
        target: '0',
        measured: String(failed),
        met: failed === 0,
      },
    ],
    data: { rows, readyS },
  };
}
