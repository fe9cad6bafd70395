import type { OrderRecords } from '../domain/record-orders.ts';
import { FORWARD, type RecordedOrder } from '../domain/recorded-order.ts';
import type { Database } from './database.ts';

/** Rows come as one JSON text: a statement has the same parameters for one order and for many. */
const UPSERT_ORDERS = `
  insert into orders as known (order_id, status, reason, placed_at, ended_at, currency, total, quantity)
  select order_id, status, reason, placed_at, ended_at, currency, total, quantity
  from jsonb_to_recordset($1::jsonb) as given (
    order_id text, status text, reason text, placed_at timestamptz, ended_at timestamptz,
    currency text, total bigint, quantity bigint
  )
  on conflict (order_id) do update set
    status = excluded.status, reason = excluded.reason, ended_at = excluded.ended_at,
    currency = excluded.currency, total = excluded.total, quantity = excluded.quantity
  where array_position($2::text[], excluded.status) > array_position($2::text[], known.status)
  returning order_id`;

const FORGET_LINES = 'delete from order_lines where order_id = any($1::text[])';

const INSERT_LINES = `
  insert into order_lines (
    order_id, line_number, item_id, name, category, opens_category, quantity, unit_amount, currency,
    placed_day, is_sold
  )
  select
    order_id, line_number, item_id, name, category, opens_category, quantity, unit_amount, currency,
    (placed_at at time zone 'UTC')::date, is_sold
  from jsonb_to_recordset($1::jsonb) as given (
    order_id text, line_number integer, item_id text, name text, category text, opens_category boolean,
    quantity integer, unit_amount bigint, currency text, placed_at timestamptz, is_sold boolean
  )`;

/** The tables `orders` and `order_lines`. */
export function orderRecords(database: Database): OrderRecords {
  return {
    record: (orders) =>
      database.transaction(async (query) => {
        // Whoever writes an order holds its row until the lines are there too.
        const moved = await query<{ order_id: string }>(UPSERT_ORDERS, [json(orders.map(orderRow)), FORWARD]);
        if (moved.length === 0) return;
        const ids = new Set(moved.map(({ order_id }) => order_id));
        const rows = orders.filter(({ id }) => ids.has(id)).flatMap(lineRows);
        await query(FORGET_LINES, [[...ids]]);
        await query(INSERT_LINES, [json(rows)]);
      }),

    /** A row that is not kept: a database that can be read may refuse writes, as a standby does. */
    probe: () =>
      database.transaction(async (query) => {
        await query("insert into migrations (number, name) values (0, 'probe')");
        await query('delete from migrations where number = 0');
      }),
  };
}

function orderRow({ id, status, reason, placedAt, endedAt, total, lines }: RecordedOrder) {
  return {
    order_id: id,
    status,
    reason,
    placed_at: placedAt,
    ended_at: endedAt,
    currency: total?.currency,
    total: total?.amount,
    quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
  };
}

function lineRows({ id, status, placedAt, lines }: RecordedOrder) {
  return lines.map(({ itemId, name, category, quantity, unitPrice }, index) => ({
    order_id: id,
    line_number: index + 1,
    item_id: itemId,
    name,
    category,
    opens_category: lines.findIndex((line) => line.category === category) === index,
    quantity,
    unit_amount: unitPrice?.amount,
    currency: unitPrice?.currency,
    placed_at: placedAt,
    is_sold: status === 'COMPLETE',
  }));
}

/** Postgres reads a number from a text as well. */
const json = (rows: readonly object[]) =>
  JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
