import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { InvalidInput, ShopError, TooLarge } from '../../../../shared/errors.ts';
import { logger } from '../../../../shared/logger.ts';
import { problemOf } from '../../../../shared/middleware/problem.ts';
import { jsonInShape } from '../../../../shared/middleware/shape.ts';
import { orders } from '../adapters/orders.ts';
import { subscriptionsTable } from '../adapters/subscriptions-table.ts';
import { type SubscribeDependencies, subscribe } from '../domain/subscribe.ts';
import { type ConnectionAnswer, type ConnectionEvent, connectionHandler } from './connection-event.ts';
import { request } from './messages.ts';

/** In UTF-16 code units: no message that is good comes near it. */
const LONGEST = 1_024;

/** A message that cannot be answered is answered with the problem, and the connection stays. */
export const respondWith =
  (dependencies: SubscribeDependencies) =>
  async ({ route, body, connection, requestId }: ConnectionEvent): Promise<ConnectionAnswer> => {
    try {
      if (body.length > LONGEST) throw new TooLarge(`A message has at most ${LONGEST} characters.`);
      if (route !== 'subscribe') {
        throw new InvalidInput('A message is JSON with an action, and there is one: subscribe.');
      }
      const { orderId } = jsonInShape(request, body, 'The message');
      const status = await subscribe(dependencies, connection, orderId);
      return answer({ type: 'order.status', ...status });
    } catch (error) {
      if (!(error instanceof ShopError)) throw error;
      logger.warn('A message is refused.', { error });
      return answer({ type: 'problem', problem: problemOf(error, requestId).problem });
    }
  };

const answer = (message: object) => ({ statusCode: 200, body: JSON.stringify(message) });

const { LIVE_TABLE, ORDERS_TABLE } = readEnv(['LIVE_TABLE', 'ORDERS_TABLE']);

export const handler = connectionHandler(
  respondWith({
    orders: orders(documents, ORDERS_TABLE),
    subscriptions: subscriptionsTable(documents, LIVE_TABLE),
    now: () => new Date(),
  }),
);
