import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { readEnv, readOptionalEnv } from '../../../shared/env.ts';
import { logger } from '../../../shared/logger.ts';
import { databaseConfig } from '../../../shared/postgres.ts';
import { tokenVerifier } from '../../../shared/token-verifier.ts';
import { openDatabase } from './adapters/database.ts';
import { migrations } from './adapters/migrations/index.ts';
import { orderQueue, sqs } from './adapters/order-queue.ts';
import { orderRecords } from './adapters/order-records.ts';
import { salesTables } from './adapters/sales-tables.ts';
import { schema } from './adapters/schema.ts';
import { readiness } from './domain/readiness.ts';
import { type RecordDependencies, recordOrders, retried } from './domain/record-orders.ts';
import { orderIn } from './handlers/order-message.ts';
import { routes } from './handlers/routes.ts';
import { server } from './handlers/server.ts';

/** Of the 60 s that ECS gives the container to stop. */
const STOP_LIMIT_MS = 25_000;
const BESIDE_MIGRATIONS_MS = 10 * 60 * 1_000;

const env = readEnv(['PORT', 'REPORTS_QUEUE_URL', 'ISSUER_URL', 'TOKEN_AUDIENCE']);
const { HOST = '0.0.0.0', DATABASE_URL } = readOptionalEnv(['HOST', 'DATABASE_URL']);
const stop = new AbortController();

const config = databaseConfig(DATABASE_URL ? { url: DATABASE_URL } : databaseOnAws());
const listeners = {
  onPasswordRefused() {
    logger.error('Postgres refuses the password: the next process will be given the one that is valid now.');
    process.exitCode = 1;
    stop.abort();
  },
  onConnectionLost: (error: Error) => logger.warn('A connection to Postgres was lost.', { error }),
};
// Apart, so that however many reports are asked for, orders are recorded and the process is ready, and the other way
// round. The smallest instance of RDS takes about eighty connections, and a deployment runs twelve tasks for a while.
const reporting = openDatabase({ ...config, max: 3 }, listeners);
const recording = openDatabase({ ...config, max: 1 }, listeners);
const checking = openDatabase({ ...config, max: 1 }, listeners);
const patient = openDatabase({ ...config, max: 1, query_timeout: BESIDE_MIGRATIONS_MS }, listeners);

const tables = schema({ database: checking, patient }, migrations);
const queue = orderQueue(sqs, env.REPORTS_QUEUE_URL);
const dependencies: RecordDependencies = {
  queue,
  records: orderRecords(recording),
  read: orderIn,
  pause: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
  random: Math.random,
  onRecorded: ({ id, status, correlationId }) =>
    logger.info('An order is recorded.', { orderId: id, status, correlationId }),
  onLeft: (messageId, error) =>
    logger.error('A message cannot be recorded and is left to the queue.', {
      messageId,
      error: error as Error,
    }),
  onTrouble: (error, pauseMs) =>
    logger.warn('Orders cannot be recorded now.', { pauseMs, error: error as Error }),
  onRecovery: () => logger.info('Orders are recorded again.'),
};

const app = server({
  routes: routes({
    sales: salesTables(reporting),
    readiness: readiness({
      async database() {
        stop.signal.throwIfAborted();
        await tables.check();
      },
      queue: () => queue.check(),
      now: () => performance.now(),
    }),
  }),
  verifyToken: tokenVerifier({
    url: env.ISSUER_URL,
    audience: env.TOKEN_AUDIENCE,
    now: () => new Date(),
  }),
  newId: randomUUID,
});

// Without a handler the first process of a container does not hear of a signal at all.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

await app.listen({ host: HOST, port: Number(env.PORT) });
logger.info('The reports are being served.', { port: Number(env.PORT) });
const recorded = retried(dependencies, () => tables.migrate(), stop.signal).then(() =>
  recordOrders(dependencies, stop.signal),
);

if (!stop.signal.aborted) await once(stop.signal, 'abort');
setTimeout(() => {
  logger.error('Work in hand takes too long, and is given up.');
  process.exit(1);
}, STOP_LIMIT_MS).unref();
await Promise.all([recorded, app.close()]);
await Promise.all([reporting, recording, checking, patient].map((database) => database.close()));
sqs.destroy();
logger.info('The reports are no longer served.');

function databaseOnAws() {
  const { DATABASE_HOST, DATABASE_PORT, DATABASE_NAME, DATABASE_USER, DB_PASSWORD } = readEnv([
    'DATABASE_HOST',
    'DATABASE_PORT',
    'DATABASE_NAME',
    'DATABASE_USER',
    'DB_PASSWORD',
  ]);
  return {
    host: DATABASE_HOST,
    port: Number(DATABASE_PORT),
    name: DATABASE_NAME,
    user: DATABASE_USER,
    password: DB_PASSWORD,
  };
}
