import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { logger } from '../../../../shared/logger.ts';
import { type RowChange, streamHandler } from '../../../../shared/middleware/stream.ts';
import { connections, connectionsClient } from '../adapters/connections.ts';
import { ownedStatus } from '../adapters/order-row.ts';
import { subscriptionsTable } from '../adapters/subscriptions-table.ts';
import type { OrderStatus } from '../domain/order-status.ts';
import { type PushDependencies, pushStatuses } from '../domain/push-statuses.ts';

export const respondWith = (dependencies: PushDependencies<RowChange>) => (changes: readonly RowChange[]) =>
  pushStatuses(dependencies, changes);

/** Most changes of an order are steps within a status. */
export function statusOf({ before, after }: RowChange): OrderStatus | undefined {
  if (!after || before?.status === after.status) return undefined;
  return ownedStatus(after).current;
}

const { LIVE_TABLE, CONNECTIONS_URL } = readEnv(['LIVE_TABLE', 'CONNECTIONS_URL']);

export const handler = streamHandler(
  respondWith({
    subscriptions: subscriptionsTable(documents, LIVE_TABLE),
    connections: connections(connectionsClient(CONNECTIONS_URL)),
    statusOf,
    now: () => new Date(),
    onFailed: ({ id }, error) =>
      logger.warn('Not every subscriber was told of a status.', { id, error: error as Error }),
  }),
);
