import type { OrderStatus, RecordedOrder } from '../domain/recorded-order.ts';
import type { CategorySales, DaySales, ItemSales, Period, Sales } from '../domain/sales.ts';
import type { Database } from './database.ts';

export const SALES_BY_DAY = `
  select placed_day::text as day, currency, count(*) as orders, sum(quantity) as quantity, sum(total) as amount
  from orders
  where status = 'COMPLETE' and placed_day between $1::date and $2::date
  group by placed_day, currency
  order by placed_day, currency`;

export const SALES_BY_CATEGORY = `
  select
    category, currency, count(*) filter (where opens_category) as orders,
    sum(quantity) as quantity, sum(quantity * unit_amount) as amount
  from order_lines
  where is_sold and placed_day between $1::date and $2::date
  group by category, currency
  order by category, currency
  limit $3`;

/** What is sold under several names, one after the other, has the last of them. */
export const topItems = (by: 'quantity' | 'amount') => `
  with sold as (
    select item_id, currency, sum(quantity) as quantity, sum(quantity * unit_amount) as amount
    from order_lines
    where is_sold and placed_day between $1::date and $2::date
    group by item_id, currency
  ), ranked as (
    select *, row_number() over (partition by currency order by ${by} desc, item_id) as place from sold
  )
  select item_id as "itemId", latest.name, currency, quantity, amount
  from ranked
  cross join lateral (
    select coalesce(name, '') as name from order_lines
    where is_sold and order_lines.item_id = ranked.item_id
    order by placed_day desc, order_id desc
    limit 1
  ) as latest
  where place <= $3
  order by currency, place`;

/** In one statement, so that the lines are those of the status. */
const ORDER = `
  select
    orders.order_id, status, reason, placed_at, ended_at, orders.currency, total,
    item_id, name, category, order_lines.quantity, unit_amount, order_lines.currency as line_currency
  from orders left join order_lines using (order_id)
  where order_id = $1
  order by line_number`;

/** Counts and sums come as text: they may be beyond what a number holds exactly. */
type Read<Sold> = { [Field in keyof Sold]: Sold[Field] extends bigint ? string : Sold[Field] };

/** A line with its order, or an order that has none. */
interface OrderRow {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly reason: string | null;
  readonly placed_at: Date;
  readonly ended_at: Date | null;
  readonly currency: string | null;
  readonly total: string | null;
  readonly item_id: string | null;
  readonly name: string | null;
  readonly category: string;
  readonly quantity: number;
  readonly unit_amount: string | null;
  readonly line_currency: string | null;
}

/** The reports on the tables `orders` and `order_lines`. */
export function salesTables(database: Pick<Database, 'query'>): Sales {
  return {
    async byDay({ from, to }: Period) {
      const rows = await database.query<Read<DaySales>>(SALES_BY_DAY, [from, to]);
      return rows.map((row) => ({ ...row, orders: BigInt(row.orders), ...sums(row) }));
    },
    async byCategory({ from, to }: Period, limit: number) {
      const rows = await database.query<Read<CategorySales>>(SALES_BY_CATEGORY, [from, to, limit]);
      return rows.map((row) => ({ ...row, orders: BigInt(row.orders), ...sums(row) }));
    },
    async topItems({ from, to }: Period, by: 'quantity' | 'amount', limit: number) {
      const rows = await database.query<Read<ItemSales>>(topItems(by), [from, to, limit]);
      return rows.map((row) => ({ ...row, ...sums(row) }));
    },
    async findOrder(id: string) {
      return recorded(await database.query<OrderRow>(ORDER, [id]));
    },
  };
}

const sums = ({ quantity, amount }: { readonly quantity: string; readonly amount: string }) => ({
  quantity: BigInt(quantity),
  amount: BigInt(amount),
});

function recorded(rows: readonly OrderRow[]): RecordedOrder | undefined {
  const [order] = rows;
  return (
    order && {
      id: order.order_id,
      status: order.status,
      reason: order.reason ?? undefined,
      placedAt: order.placed_at.toISOString(),
      endedAt: order.ended_at?.toISOString(),
      total: money(order.total, order.currency),
      lines: rows.flatMap(({ item_id, name, category, quantity, unit_amount, line_currency }) =>
        item_id === null
          ? []
          : [
              {
                itemId: item_id,
                name: name ?? undefined,
                category,
                quantity,
                unitPrice: money(unit_amount, line_currency),
              },
            ],
      ),
    }
  );
}

const money = (amount: string | null, currency: string | null) =>
  amount === null || currency === null ? undefined : { amount: BigInt(amount), currency };
