import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { subscriptionsTable } from '../adapters/subscriptions-table.ts';
import type { Subscriptions } from '../domain/subscriptions.ts';
import { type ConnectionAnswer, type ConnectionEvent, connectionHandler } from './connection-event.ts';

interface Dependencies {
  readonly subscriptions: Pick<Subscriptions, 'forget'>;
}

export const respondWith =
  ({ subscriptions }: Dependencies) =>
  async ({ connection }: Pick<ConnectionEvent, 'connection'>): Promise<ConnectionAnswer> => {
    await subscriptions.forget(connection.id);
    return { statusCode: 200 };
  };

const { LIVE_TABLE } = readEnv(['LIVE_TABLE']);

export const handler = connectionHandler(
  respondWith({ subscriptions: subscriptionsTable(documents, LIVE_TABLE) }),
);
