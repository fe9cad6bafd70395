/**
 * Orders and their lines. Lines repeat what the reports ask of them, so that one index answers a report; `opens_category`
 * is true for the first line of its category in its order, so that orders are counted without sorting them.
 */
export const orders = {
  number: 1,
  name: 'orders',
  worksFrom: 1,
  sql: `
    create table orders (
      order_id text primary key,
      status text not null check (status in ('PLACED', 'COMPLETE', 'FAILED')),
      reason text,
      placed_at timestamptz not null,
      placed_day date not null generated always as ((placed_at at time zone 'UTC')::date) stored,
      ended_at timestamptz,
      currency text,
      total bigint,
      quantity bigint not null
    );
    create index orders_sales on orders (placed_day, currency) include (quantity, total)
      where status = 'COMPLETE';

    create table order_lines (
      order_id text not null references orders,
      line_number integer not null,
      item_id text not null,
      name text,
      category text not null,
      opens_category boolean not null,
      quantity integer not null,
      unit_amount bigint,
      currency text,
      placed_day date not null,
      is_sold boolean not null,
      primary key (order_id, line_number)
    );
    create index order_lines_sales on order_lines (placed_day)
      include (currency, category, opens_category, item_id, quantity, unit_amount)
      where is_sold;
    create index order_lines_items on order_lines (item_id, placed_day) where is_sold;

    create view sales_by_day as
      select
        placed_day as day,
        currency,
        category,
        count(*) filter (where opens_category) as orders,
        sum(quantity)::bigint as quantity,
        sum(quantity * unit_amount)::bigint as amount
      from order_lines
      where is_sold
      group by placed_day, currency, category;
  `,
};
