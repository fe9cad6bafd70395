import { setTimeout as delay } from 'node:timers/promises';
import { type AwsClient, awsClient } from '../offline/aws/client.ts';
import { issuedToken } from '../offline/issued-token.ts';
import { type OfflineProcess, startOffline } from '../offline/testing/offline.ts';
import { itemsFile } from '../tools/generate-items.ts';
import { type Figure, fixed, table } from './report.ts';
import type { Run } from './run.ts';
import { quantile } from './statistics.ts';

const REGION = 'eu-west-1';
const ITEM = 'bench-edited';
const EDITS_PER_SECOND = 5;
const LONGEST_IMPORT_MS = 600_000;
const LONGEST_LAG_MS = 30_000;
const PARTS = [0.5, 0.95, 0.99];
const QUANTILES = ['p50', 'p95', 'p99'];
const inMs = (times: readonly number[]) => PARTS.map((part) => fixed(quantile(times, part), 0));

interface Shop {
  readonly aws: AwsClient;
  readonly resources: Readonly<Record<string, string>>;
  /** Asks the API as somebody who may edit items; answers the body. */
  ask<Answer>(method: string, path: string, body?: object): Promise<Answer>;
}

interface UploadLink {
  readonly id: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** In milliseconds from the request: until it was answered, and until its event was received from a queue. */
interface Lags {
  readonly answers: readonly number[];
  readonly events: readonly number[];
}

/** In seconds from the put of the file: until all rows were on their way, and until they were in the catalogue. */
interface Import {
  readonly bytes: number;
  readonly sent: number;
  readonly written: number;
  /** How long each run of the function that writes rows took, in milliseconds. */
  readonly runs: readonly number[];
}

/** How fast a file of items comes into the catalogue, and how soon an edit is an event, in the whole system here. */
export async function imports({ quick, signal, progress }: Run): Promise<Figure> {
  const edits = quick ? 50 : 200;
  const rows = quick ? 4_000 : 20_000;
  const offline = await startOffline({ folder: new URL('..', import.meta.url).pathname });
  const stop = () => void offline.stop();
  signal.addEventListener('abort', stop);
  try {
    const shop = await openShop(offline);
    progress(`imports: ${edits} edits, ${EDITS_PER_SECOND} each second`);
    const { answers, events } = await edited(shop, edits, signal);
    progress(`imports: a file of ${rows} rows`);
    const { bytes, sent, written, runs } = await imported(shop, offline, { rows, signal, progress });
    return {
      title: 'Imports and published changes in the local cloud',
      text: [
        table(
          ['file', 'MB', 'rows/s sent', 'rows/s in the catalogue', 'runs of ingestItems', 'longest'],
          [
            [
              `${rows} rows`,
              ...[fixed(bytes / 1e6, 1), fixed(rows / sent, 0), fixed(rows / written, 0)],
              ...[String(runs.length), `${fixed(Math.max(...runs) / 1_000, 1)} s`],
            ],
          ],
        ),
        'From the put of the file: sent when its manifest is DONE, in the catalogue when the import queue is empty. A run has',
        'at most ten messages of 100 rows each. What it has no time left for comes again when the visibility time-out of the',
        'queue is over, as on AWS: on a machine that writes so slowly the second rate is that of the wait.',
        '',
        table(
          ['edits', ...QUANTILES.map((part) => `PATCH ${part}`), ...QUANTILES.map((part) => `event ${part}`)],
          [[String(edits), ...inMs(answers), ...inMs(events)]],
        ),
        'In milliseconds from the request: PATCH to its answer, event to its receipt from a queue behind the bus.',
      ].join('\n'),
      budgets: [],
      data: { rows, bytes, sent, written, runs, edits, answers: inMs(answers), events: inMs(events) },
    };
  } finally {
    signal.removeEventListener('abort', stop);
    await offline.stop();
  }
}

async function openShop({ endpoints }: OfflineProcess): Promise<Shop> {
  const { issuer, http, aws, resources } = endpoints;
  const send = async <Answer>(
    url: string,
    method: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<Answer> => {
    const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok)
      throw new Error(`${method} ${url} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const token = await issuedToken(issuer, { sub: 'alice', scope: 'shop/items.write' });
  const headers = { authorization: `Bearer ${token}` };
  return {
    aws: awsClient(aws, REGION),
    resources,
    ask: (method, path, body) => {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      return send(`${http}${path}`, method, { ...headers, ...(body && { 'content-type': type }) }, body);
    },
  };
}

/** Edits an item so often, each time to another price, by which its event is known. */
async function edited(shop: Shop, edits: number, signal: AbortSignal): Promise<Lags> {
  const price = (amount: number) => ({ price: { amount, currency: 'EUR' } });
  const item = { id: ITEM, sku: 'B', name: 'Thing', category: 'bench', stock: 1 };
  const queue = await queueOfEdits(shop);
  await shop.ask('POST', '/items', { ...item, ...price(0) });

  const begun = new Map<number, number>();
  const answers: number[] = [];
  const edit = async (amount: number) => {
    const begin = performance.now();
    begun.set(amount, begin);
    await shop.ask('PATCH', `/items/${ITEM}`, price(amount));
    answers.push(performance.now() - begin);
  };
  // Functions start with the first one, which does not count.
  await edit(1);
  await receivedEdits(shop, queue, 1, signal);
  answers.length = 0;

  const editAll = async () => {
    const begin = performance.now();
    const running: Promise<void>[] = [];
    for (let number = 0; number < edits; number += 1) {
      const due = begin + (number * 1_000) / EDITS_PER_SECOND;
      await delay(Math.max(0, due - performance.now()), undefined, { signal });
      running.push(edit(number + 2));
    }
    await Promise.all(running);
  };
  const [arrivals] = await Promise.all([receivedEdits(shop, queue, edits, signal), editAll()]);
  return {
    answers,
    events: [...arrivals].map(([amount, at]) => at - (begun.get(amount) ?? Number.NaN)),
  };
}

/** The URL of a new queue that a new rule sends the edits of items to. */
async function queueOfEdits({ aws, resources }: Shop): Promise<string> {
  const EventBusName = resources.ShopBus;
  const Rule = 'bench-edits';
  const { QueueUrl } = await aws.json<{ QueueUrl: string }>('sqs', 'AmazonSQS.CreateQueue', {
    QueueName: Rule,
  });
  const EventPattern = JSON.stringify({ source: ['shop.items'], 'detail-type': ['ItemUpdated'] });
  await aws.json('events', 'AWSEvents.PutRule', { Name: Rule, EventBusName, EventPattern });
  const Arn = `arn:aws:sqs:${REGION}:000000000000:${Rule}`;
  await aws.json('events', 'AWSEvents.PutTargets', { Rule, EventBusName, Targets: [{ Id: 'queue', Arn }] });
  return QueueUrl;
}

/** When the event of each edit was received first, by its price. */
async function receivedEdits(
  { aws }: Shop,
  QueueUrl: string,
  edits: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  const arrivals = new Map<number, number>();
  const receive = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 };
  for (let last = performance.now(); arrivals.size < edits; ) {
    if (performance.now() > last + LONGEST_LAG_MS) {
      throw new Error(`${edits - arrivals.size} of ${edits} edits came to no event`);
    }
    const { Messages = [] } = await aws.json<{ Messages?: { Body: string; ReceiptHandle: string }[] }>(
      'sqs',
      'AmazonSQS.ReceiveMessage',
      receive,
      signal,
    );
    const now = performance.now();
    for (const { Body, ReceiptHandle } of Messages) {
      const { amount } = JSON.parse(Body).detail.data.price;
      if (!arrivals.has(amount)) arrivals.set(amount, now);
      last = now;
      await aws.json('sqs', 'AmazonSQS.DeleteMessage', { QueueUrl, ReceiptHandle });
    }
  }
  return arrivals;
}

/** @throws when a row does not come into the catalogue */
async function imported(
  shop: Shop,
  offline: OfflineProcess,
  { rows, signal, progress }: Pick<Run, 'signal' | 'progress'> & { rows: number },
): Promise<Import> {
  const file = Buffer.from([...itemsFile(rows)].join(''));
  const before = await itemsIn(shop);
  const link = await shop.ask<UploadLink>('POST', '/uploads', { contentType: 'text/csv', size: file.length });
  const begin = performance.now();
  const put = await fetch(link.url, { method: 'PUT', headers: link.headers, body: file });
  if (!put.ok) throw new Error(`The put of the file answered ${put.status}: ${await put.text()}`);

  const secondsUntil = async (isOver: () => Promise<boolean>) => {
    while (!(await isOver())) {
      if (performance.now() > begin + LONGEST_IMPORT_MS) throw new Error('The import takes too long');
      await delay(100, undefined, { signal });
    }
    return (performance.now() - begin) / 1_000;
  };
  const sent = await secondsUntil(async () => (await stateOf(shop, link.id)) === 'DONE');
  progress(`imports: sent after ${fixed(sent, 1)} s`);
  const written = await secondsUntil(async () => (await messagesIn(shop)) === 0);
  const found = (await itemsIn(shop)) - before;
  if (found !== rows) throw new Error(`${found} of ${rows} rows are in the catalogue`);
  const said = offline.output().matchAll(/function=ingestItems .*duration=(\d+)ms/g);
  return { bytes: file.length, sent, written, runs: [...said].map(([, run]) => Number(run)) };
}

/** @throws when the file is refused */
async function stateOf(shop: Shop, upload: string): Promise<string> {
  const { state, reason } = await shop.ask<{ state: string; reason?: string }>('GET', `/uploads/${upload}`);
  if (state === 'REFUSED') throw new Error(`The file is refused: ${reason}`);
  return state;
}

/** How many messages the import queue has, in flight or not. */
async function messagesIn({ aws, resources }: Shop): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const { Attributes } = await aws.json<{ Attributes: Record<string, string> }>(
    'sqs',
    'AmazonSQS.GetQueueAttributes',
    { QueueUrl: resources.ImportQueue, AttributeNames },
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}

async function itemsIn({ aws, resources }: Shop): Promise<number> {
  let count = 0;
  let place: object | undefined;
  do {
    const { Count, LastEvaluatedKey } = await aws.json<{ Count: number; LastEvaluatedKey?: object }>(
      'dynamodb',
      'DynamoDB_20120810.Scan',
      { TableName: resources.ItemsTable, Select: 'COUNT', ...(place && { ExclusiveStartKey: place }) },
    );
    count += Count;
    place = LastEvaluatedKey;
  } while (place);
  return count;
}
