import { setTimeout as delay } from 'node:timers/promises';
import { readEnv } from '../../../../shared/env.ts';
import { InvalidInput } from '../../../../shared/errors.ts';
import { logger } from '../../../../shared/logger.ts';
import { type RowChange, streamHandler } from '../../../../shared/middleware/stream.ts';
import { eventBridge, eventBus } from '../adapters/event-bus.ts';
import { type PublishDependencies, publishChanges } from '../domain/publish-changes.ts';
import { itemEventOf, orderEventOf, type ShopEvent } from '../domain/shop-event.ts';
import { tellOfEvent } from './published-event.ts';

export const respondWith =
  (dependencies: PublishDependencies<RowChange>) => (changes: readonly RowChange[]) =>
    publishChanges(dependencies, changes);

/** What a change means to others, by the table that it is of. */
export const eventsOf =
  (tables: { readonly items: string; readonly orders: string }) =>
  (change: RowChange): { key: string; event: ShopEvent } | undefined => {
    const { table, keys } = change;
    if (table !== tables.items && table !== tables.orders) {
      throw new InvalidInput(`No event is made of changes of the table ${table}.`);
    }
    const event = table === tables.items ? itemEventOf(change) : orderEventOf(change);
    return event && { key: JSON.stringify([table, keys.id ?? keys.orderId]), event };
  };

const { ITEMS_TABLE, ORDERS_TABLE, SHOP_BUS } = readEnv(['ITEMS_TABLE', 'ORDERS_TABLE', 'SHOP_BUS']);

export const handler = streamHandler(
  respondWith({
    bus: eventBus(eventBridge, SHOP_BUS),
    eventOf: eventsOf({ items: ITEMS_TABLE, orders: ORDERS_TABLE }),
    pause: delay,
    onPublished: tellOfEvent,
    onRefused: ({ event: { type, eventId }, cause }) =>
      logger.warn('The bus did not take an event.', { type, eventId, error: cause as Error }),
  }),
);
