import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until, untilSilent } from '../../../offline/test/processes.ts';
import type { LocalCloud } from '../../../offline/testing/local-cloud.ts';
import { type App, readinessOf, send, startApp, startQueue } from './app.ts';
import { databases, type TestDatabase } from './databases.ts';
import { eventsOf, shuffled, someOrders, type TestOrder } from './events.ts';
import { linkTo } from './link.ts';

jest.setTimeout(120_000);

const november = 'from=2026-11-01&to=2026-11-30';

/** The sales of complete orders, added up one by one. */
function salesOf(orders: readonly TestOrder[], keyOf: (order: TestOrder, category: string) => string) {
  const sales = new Map<string, { orders: Set<string>; quantity: number; amount: number }>();
  for (const order of orders.filter(({ end }) => end === 'COMPLETE')) {
    for (const { category, quantity, price } of order.lines) {
      const key = keyOf(order, category);
      const sold = sales.get(key) ?? { orders: new Set<string>(), quantity: 0, amount: 0 };
      sold.orders.add(order.id);
      sold.quantity += quantity;
      sold.amount += quantity * price;
      sales.set(key, sold);
    }
  }
  return [...sales]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, sold]) => ({ key, ...sold, orders: sold.orders.size }));
}

/** A real server if there can be one. */
const [name, openTestDatabase] = databases.at(-1) ?? databases[0];

describe(`the reports on ${name}`, () => {
  let database: TestDatabase;
  let cloud: LocalCloud;
  let sqs: SQSClient;
  let app: App | undefined;
  const attributesOf = async (url: string | undefined) => {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
    const { Attributes = {} } = await sqs.send(command);
    return {
      waiting: Number(Attributes.ApproximateNumberOfMessages),
      inHand: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    };
  };
  const isDone = async () => {
    const { waiting, inHand } = await attributesOf(cloud.resources.ReportsQueue);
    return waiting + inHand === 0;
  };
  const countOrders = async () => {
    // The app answers before it has made its tables.
    const found = await database.pool.query("select to_regclass('orders') as table");
    if (found.rows[0].table === null) return 0;
    const { rows } = await database.pool.query('select count(*)::int as count from orders');
    return rows[0].count as number;
  };
  /** Of the queue; ten receives and a minute out of sight would make the tests long. */
  const setQueue = (attributes: Record<string, string>) =>
    sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: cloud.resources.ReportsQueue, Attributes: attributes }),
    );
  async function expectSales(orders: readonly TestOrder[]) {
    const days = await app?.get(`/reports/sales?${november}`);
    expect(days?.body.sales).toEqual(
      salesOf(orders, ({ placedAt }) => placedAt.slice(0, 10)).map(({ key, ...sold }) => ({
        day: key,
        currency: 'EUR',
        ...sold,
      })),
    );
    const categories = await app?.get(`/reports/sales?${november}&by=category`);
    expect(categories?.body.sales).toEqual(
      salesOf(orders, (_, category) => category).map(({ key, ...sold }) => ({
        category: key,
        currency: 'EUR',
        ...sold,
      })),
    );
  }

  beforeAll(async () => {
    // One after the other: PGlite lets nothing else go on in this process while it starts.
    database = await openTestDatabase();
    cloud = await startQueue();
    sqs = new SQSClient();
  });
  afterEach(async () => {
    await app?.stop('SIGKILL');
    app = undefined;
    await sqs.send(new PurgeQueueCommand({ QueueUrl: cloud.resources.ReportsQueue }));
    await database.reset();
  });
  afterAll(async () => {
    sqs.destroy();
    await cloud.stop();
    await database.close();
  });

  it('agree to the cent with the orders, also when events come three times in any order and the app is killed', async () => {
    const orders = someOrders(1_000);
    const events = eventsOf(orders);
    await setQueue({ VisibilityTimeout: '2' });
    app = await startApp(cloud, { databaseUrl: database.url });

    const bus = new EventBridgeClient();
    for (let start = 0; start < events.length; start += 10) {
      const Entries = events.slice(start, start + 10).map(({ type, detail }) => ({
        EventBusName: 'shop-test',
        Source: 'shop.orders',
        DetailType: type,
        Detail: JSON.stringify(detail),
      }));
      await bus.send(new PutEventsCommand({ Entries }));
    }
    bus.destroy();
    await until(async () => (await countOrders()) > 300);
    await app.stop('SIGKILL');
    app = await startApp(cloud, { databaseUrl: database.url });
    await until(async () => (await countOrders()) === 1_000 && (await isDone()), 60_000);
    await expectSales(orders);

    const bodies = events.map(({ body }) => body);
    await send(cloud, shuffled([...bodies, ...bodies], 3));
    await app.stop('SIGKILL');
    app = await startApp(cloud, { databaseUrl: database.url });
    await until(isDone, 60_000);
    await expectSales(orders);
    expect(await attributesOf(cloud.resources.ReportsDeadLetters)).toEqual({ waiting: 0, inHand: 0 });
  });

  it('come to the same when the events arrive backwards', async () => {
    const orders = someOrders(40);
    app = await startApp(cloud, { databaseUrl: database.url });
    await send(
      cloud,
      eventsOf(orders)
        .map(({ body }) => body)
        .toReversed(),
    );
    await until(async () => (await countOrders()) === 40 && (await isDone()));
    await expectSales(orders);
  });

  it('are up and not ready while the database is away, and lose nothing', async () => {
    await setQueue({
      VisibilityTimeout: '60',
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: await arnOfDeadLetters(),
        maxReceiveCount: 2,
      }),
    });
    const link = await linkTo(database.url);
    app = await startApp(cloud, { databaseUrl: link.url });
    const running = app;
    const ready = { status: 'ready', database: 'up', queue: 'up' };
    await until(async () => (await readinessOf(running)).status === 'ready');
    expect(await readinessOf(app)).toEqual(ready);

    await link.cut();
    const orders = someOrders(40);
    await send(
      cloud,
      eventsOf(orders).map(({ body }) => body),
    );
    await until(async () => (await readinessOf(running)).database === 'down');
    expect(await app.get('/health')).toEqual({ status: 200, body: { status: 'up' } });
    expect((await app.get('/ready')).status).toBe(503);
    expect((await app.get(`/reports/sales?${november}`)).status).toBe(503);
    // With its first tries it would have used up the receives of all messages.
    const troubles = () => running.output().match(/Orders cannot be recorded now/g)?.length ?? 0;
    await until(() => troubles() >= 4);

    await link.mend();
    await until(async () => (await countOrders()) === 40 && (await isDone()), 40_000);
    expect(await readinessOf(app)).toEqual(ready);
    await expectSales(orders);
    expect(await attributesOf(cloud.resources.ReportsDeadLetters)).toEqual({ waiting: 0, inHand: 0 });
    await app.stop('SIGKILL');
    await link.close();
  });

  // PGlite serves one connection at a time.
  if (name !== 'PGlite') {
    it('are ready while all connections for reports are taken', async () => {
      app = await startApp(cloud, { databaseUrl: database.url });
      const running = app;
      await until(async () => (await readinessOf(running)).status === 'ready');
      const client = await database.pool.connect();
      try {
        await client.query('begin; lock table orders');
        const asked = Promise.all(Array.from({ length: 4 }, () => running.get(`/reports/sales?${november}`)));
        await until(async () => {
          const { rows } = await client.query(
            'select count(*)::int as waiting from pg_locks where not granted',
          );
          return rows[0].waiting === 3;
        });
        const seen = new Set<unknown>();
        let answers: readonly number[] = [];
        void asked.then((all) => {
          answers = all.map(({ status }) => status);
        });
        await until(async () => {
          seen.add((await readinessOf(running)).status);
          return answers.length > 0;
        });
        expect([...seen]).toEqual(['ready']);
        // The fourth gets no connection in three seconds, and the others no lock in five.
        expect(answers).toEqual([503, 503, 503, 503]);
      } finally {
        await client.query('rollback');
        client.release();
      }
    });
  }

  it('wait for a database that is not there at their start', async () => {
    const link = await linkTo(database.url);
    await link.cut();
    app = await startApp(cloud, { databaseUrl: link.url });
    const running = app;
    expect(await readinessOf(app)).toEqual({ status: 'not ready', database: 'down', queue: 'up' });
    await link.mend();
    await until(async () => (await readinessOf(running)).status === 'ready');
    await app.stop('SIGKILL');
    await link.close();
  });

  it('leave what can never be read to the queue, and tell of it once without its content', async () => {
    await setQueue({
      VisibilityTimeout: '1',
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: await arnOfDeadLetters(),
        maxReceiveCount: 2,
      }),
    });
    app = await startApp(cloud, { databaseUrl: database.url });
    const [order] = eventsOf(someOrders(1));
    await send(cloud, ['{"detail-type":"OrderPlaced","detail":{"secret":1}}', order?.body ?? '']);
    await until(async () => (await attributesOf(cloud.resources.ReportsDeadLetters)).waiting === 1);
    expect(await countOrders()).toBe(1);
    expect(app.output().match(/A message cannot be recorded/g)).toHaveLength(1);
    expect(app.output()).not.toContain('secret');
    await sqs.send(new PurgeQueueCommand({ QueueUrl: cloud.resources.ReportsDeadLetters }));
  });

  it('answer what they were asked before they were told to stop, and end', async () => {
    const link = await linkTo(database.url);
    app = await startApp(cloud, { databaseUrl: link.url });
    const running = app;
    await until(async () => (await readinessOf(running)).status === 'ready');
    await database.pool.query('begin');
    await database.pool.query('lock table orders in access exclusive mode');
    const traffic = link.traffic();
    const answer = app.get(`/reports/sales?${november}`);
    await until(() => link.traffic() > traffic);

    const end = app.stop('SIGTERM');
    await untilSilent([`${app.url}/health`]);
    await database.pool.query('commit');
    expect((await answer).status).toBe(200);
    expect(await end).toEqual({ code: 0, signal: null });
    await link.close();
  });

  it('end at once when they are told to stop while they wait for messages', async () => {
    app = await startApp(cloud, { databaseUrl: database.url });
    const running = app;
    await until(async () => (await readinessOf(running)).status === 'ready');
    const began = performance.now();
    expect(await app.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  async function arnOfDeadLetters(): Promise<string> {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: cloud.resources.ReportsDeadLetters,
        AttributeNames: ['QueueArn'],
      }),
    );
    return Attributes?.QueueArn ?? '';
  }
});
