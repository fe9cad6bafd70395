import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { OrderMoved, OutOfStock } from '../domain/order-errors.ts';
import type { Inventory, StockReservation } from '../domain/orders.ts';
import { FINAL_VALUES, FORWARD_FROM, orderUpdate, UNDOING } from './order-row.ts';
import { type Database, findRecord, makeAll, transact, type Write } from './transaction.ts';

/** The reservations beside the orders. */
export function reservationsTable(database: Database): Pick<Inventory, 'reservation' | 'commit'> {
  const { ordersTable: TableName } = database;

  return {
    reservation: (orderId) => findRecord<StockReservation>(database, orderId, 'reservation'),

    async commit(orderId, step) {
      await makeAll(database, orderId, [
        {
          Update: orderUpdate(TableName, orderId, step, {
            event: 'STOCK_COMMITTED',
            when: FORWARD_FROM,
            values: { ':from': 'PAID' },
          }),
        },
        moveReservation(TableName, orderId, 'RESERVED', 'COMMITTED'),
      ]);
    },
  };
}

/** The stock in the table `itemsTable`, which services/items owns, and the reservations beside the orders. */
export function inventoryTable(database: Database & { readonly itemsTable: string }): Inventory {
  const { ordersTable: TableName, itemsTable } = database;

  return {
    ...reservationsTable(database),

    async reserve({ id: orderId, lines }, step) {
      const quantities = lines.map(({ itemId, quantity }) => ({ itemId, quantity }));
      const reservation = { orderId, record: 'reservation', state: 'RESERVED', lines: quantities };
      const [moved, kept, ...short] =
        (await transact(database, [
          {
            Update: orderUpdate(TableName, orderId, step, {
              event: 'RESERVED',
              status: 'RESERVED',
              when: FORWARD_FROM,
              values: { ':from': 'VALIDATED' },
            }),
          },
          { Put: { TableName, Item: reservation, ConditionExpression: 'attribute_not_exists(orderId)' } },
          ...quantities.map(({ itemId, quantity }) => ({
            Update: {
              TableName: itemsTable,
              Key: { id: itemId },
              UpdateExpression: 'SET stock = stock - :quantity',
              ConditionExpression: 'stock >= :quantity',
              ExpressionAttributeValues: { ':quantity': quantity },
            },
          })),
        ])) ?? [];
      if (moved || kept) throw new OrderMoved(orderId);
      const lacking = quantities.filter((_, index) => short[index]).map(({ itemId }) => itemId);
      if (lacking.length > 0) throw new OutOfStock(lacking);
    },

    async cancel(order, reason, step) {
      const cancellation: Write = {
        Update: orderUpdate(TableName, order.id, step, {
          event: 'CANCELLED',
          status: 'CANCELLED',
          reason,
          when: `${FORWARD_FROM} AND attribute_not_exists(paymentStartedAt)`,
          values: { ':from': order.status },
        }),
      };
      const refused =
        order.status === 'RESERVED'
          ? await releaseOf(database, order.id, { state: 'RESERVED', lines: order.lines }, [cancellation])
          : await transact(database, [cancellation]);
      if (refused) throw new OrderMoved(order.id);
    },

    async release(orderId, reservation, step) {
      const released = {
        Update: orderUpdate(TableName, orderId, step, {
          event: 'RELEASED',
          when: UNDOING,
          values: FINAL_VALUES,
        }),
      };
      const refused = await releaseOf(database, orderId, reservation, [released]);
      if (refused) throw new OrderMoved(orderId);
    },
  };
}

/**
 * Gives the stock of a reservation back, in one transaction with `writes`. Items that were deleted meanwhile take
 * their stock with them. Answers as `transact` does.
 */
async function releaseOf(
  database: Database & { readonly itemsTable: string },
  orderId: string,
  { state, lines }: StockReservation,
  writes: readonly Write[],
): Promise<readonly (CancellationReason | undefined)[] | undefined> {
  const { ordersTable: TableName, itemsTable } = database;
  const fixed = [...writes, moveReservation(TableName, orderId, state, 'RELEASED')];
  let remaining = lines;
  for (;;) {
    const refused = await transact(database, [
      ...fixed,
      ...remaining.map(({ itemId, quantity }) => ({
        Update: {
          TableName: itemsTable,
          Key: { id: itemId },
          UpdateExpression: 'SET stock = stock + :quantity',
          ConditionExpression: 'attribute_exists(id)',
          ExpressionAttributeValues: { ':quantity': quantity },
        },
      })),
    ]);
    const isGone = refused?.slice(fixed.length) ?? [];
    if (!refused || refused.slice(0, fixed.length).some(Boolean)) return refused;
    remaining = remaining.filter((_, index) => !isGone[index]);
  }
}

function moveReservation(
  TableName: string,
  orderId: string,
  from: StockReservation['state'],
  to: StockReservation['state'],
): Write {
  return {
    Update: {
      TableName,
      Key: { orderId, record: 'reservation' },
      UpdateExpression: 'SET #state = :to',
      ConditionExpression: '#state = :from',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':from': from, ':to': to },
    },
  };
}
