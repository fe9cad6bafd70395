import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../offline/test/processes.ts';
import { DependencyFailed } from '../../../shared/errors.ts';
import { databaseConfig } from '../../../shared/postgres.ts';
import { type Database, openDatabase } from '../src/adapters/database.ts';
import { migrations } from '../src/adapters/migrations/index.ts';
import { orderRecords } from '../src/adapters/order-records.ts';
import { SALES_BY_CATEGORY, SALES_BY_DAY, salesTables, topItems } from '../src/adapters/sales-tables.ts';
import { schema } from '../src/adapters/schema.ts';
import { DatabaseTooNew, PasswordRefused } from '../src/domain/database-errors.ts';
import { databases, type TestDatabase } from './databases.ts';
import { completeOrder, failed, line, placed } from './orders.ts';

const refusals: string[] = [];
const open = (url: string, max = 4) =>
  openDatabase(
    { ...databaseConfig({ url }), max },
    { onPasswordRefused: () => refusals.push(url), onConnectionLost: () => undefined },
  );

describe.each(databases)('on %s', (name, openTestDatabase) => {
  let test: TestDatabase;
  let database: Database;
  const tables = (on = database, steps = migrations) => schema({ database: on, patient: on }, steps);
  const november = { from: '2026-11-01', to: '2026-11-30' };

  beforeAll(async () => {
    test = await openTestDatabase();
    database = open(test.url);
  });
  beforeEach(async () => {
    await test.reset();
    await tables().migrate();
  });
  afterAll(async () => {
    await database.close();
    await test.close();
  });

  describe('migrations', () => {
    it('run once when three tasks start at the same time', async () => {
      await test.reset();
      const tasks = [open(test.url), open(test.url), open(test.url)];
      await Promise.all(tasks.map((task) => tables(task).migrate()));
      await Promise.all(tasks.map((task) => task.close()));
      expect(await database.query('select number, name from migrations')).toEqual([
        { number: 1, name: 'orders' },
      ]);
    });

    it('run from where the database is', async () => {
      const second = { number: 2, name: 'two', worksFrom: 1, sql: 'create table two (id integer)' };
      await tables(database, [...migrations, second]).migrate();
      expect(await database.query('select number, name from migrations order by number')).toEqual([
        { number: 1, name: 'orders' },
        { number: 2, name: 'two' },
      ]);
      await expect(database.query('select id from two')).resolves.toEqual([]);
    });

    it('leave nothing of a run in which one fails', async () => {
      const steps = [
        ...migrations,
        { number: 2, name: 'two', worksFrom: 1, sql: 'create table two (id integer)' },
        { number: 3, name: 'three', worksFrom: 1, sql: 'create table broken (' },
      ];
      await expect(tables(database, steps).migrate()).rejects.toThrow('syntax error');
      await expect(database.query('select id from two')).rejects.toThrow('"two" does not exist');
    });

    it('leave a database that is newer than the program as it is, when the program may work with it', async () => {
      await tables(database, [
        ...migrations,
        { number: 2, name: 'two', worksFrom: 1, sql: 'create table two (id integer)' },
      ]).migrate();
      const older = tables();
      await older.migrate();
      await expect(older.check()).resolves.toBeUndefined();
      await expect(database.query('select number from migrations')).resolves.toEqual([
        { number: 1 },
        { number: 2 },
      ]);
    });

    it('refuse a database that the program may not work with', async () => {
      await tables(database, [
        ...migrations,
        { number: 2, name: 'two', worksFrom: 2, sql: 'alter table orders rename to purchases' },
        { number: 3, name: 'three', worksFrom: 1, sql: 'create table three (id integer)' },
      ]).migrate();
      const refusal = tables().migrate();
      await expect(refusal).rejects.toBeInstanceOf(DatabaseTooNew);
      await expect(refusal).rejects.toThrow(
        'The database is at migration 3 and works from 2 on; this program is at 1.',
      );
    });

    it('are needed before the database is ready', async () => {
      const fresh = tables();
      await expect(fresh.check()).rejects.toThrow('not migrated yet');
      await fresh.migrate();
      await expect(fresh.check()).resolves.toBeUndefined();
    });
  });

  describe('the records', () => {
    const rows = async () => [
      await database.query('select * from orders order by order_id'),
      await database.query('select * from order_lines order by order_id, line_number'),
    ];

    it('keep an order with its lines', async () => {
      const order = completeOrder({
        id: 'o1',
        lines: [line({ itemId: 'lamp' }), line({ itemId: 'bulb', category: '', price: 0, quantity: 1 })],
      });
      await orderRecords(database).record([order]);
      expect(await salesTables(database).findOrder('o1')).toEqual(order);
    });

    it('are the same after events in any order, any number of times', async () => {
      const [first, second] = [completeOrder({ id: 'o1' }), failed(completeOrder({ id: 'o2' }))];
      const records = orderRecords(database);
      await records.record([placed(first), placed(second)]);
      await records.record([first, second]);
      const expected = await rows();
      expect(expected[0]).toMatchObject([
        { order_id: 'o1', status: 'COMPLETE' },
        { order_id: 'o2', status: 'FAILED', reason: 'OUT_OF_STOCK' },
      ]);

      await records.record([second, placed(first)]);
      await records.record([placed(second), first]);
      expect(await rows()).toEqual(expected);

      await test.pool.query('truncate orders, order_lines');
      await records.record([first, placed(second)]);
      await records.record([placed(first)]);
      await records.record([second]);
      expect(await rows()).toEqual(expected);
    });

    it('are the same when tasks write the same orders at once', async () => {
      const orders = Array.from({ length: 20 }, (_, index) => completeOrder({ id: `o${index + 10}` }));
      const records = orderRecords(database);
      await Promise.all([
        records.record(orders.map(placed)),
        records.record(orders),
        records.record(orders.slice(5, 15)),
        records.record(orders.slice(10).map(placed)),
      ]);
      expect(
        await database.query(
          `select count(*)::int as lines, sum(quantity * unit_amount)::int as amount, bool_and(is_sold) as sold
           from order_lines`,
        ),
      ).toEqual([{ lines: 20, amount: 51_960, sold: true }]);
    });

    it('keep nothing of orders of which one is refused', async () => {
      const broken = completeOrder({ id: 'o2', lines: [line({ itemId: 'lamp', quantity: 2 ** 31 })] });
      await expect(orderRecords(database).record([completeOrder({ id: 'o1' }), broken])).rejects.not.toThrow(
        DependencyFailed,
      );
      expect(await rows()).toEqual([[], []]);
    });

    it('leave no row behind when they are probed', async () => {
      await orderRecords(database).probe();
      expect(await database.query('select number from migrations')).toEqual([{ number: 1 }]);
    });
  });

  describe('the sales', () => {
    beforeEach(async () => {
      await orderRecords(database).record([
        completeOrder({ id: 'a', placedAt: '2026-11-01T00:00:00.000Z' }),
        completeOrder({
          id: 'b',
          placedAt: '2026-11-01T23:59:59.999Z',
          total: 3_600,
          lines: [
            line({ itemId: 'lamp', quantity: 1, price: 1_000 }),
            line({ itemId: 'bulb', quantity: 3, price: 200 }),
            line({ itemId: 'rug', quantity: 5, price: 400, category: 'floor' }),
          ],
        }),
        completeOrder({
          id: 'c',
          placedAt: '2026-11-02T12:00:00.000Z',
          total: 700,
          lines: [line({ itemId: 'lamp', name: 'The better lamp', quantity: 1, price: 700, category: '' })],
        }),
        {
          ...completeOrder({
            id: 'd',
            lines: [line({ itemId: 'lamp', quantity: 1, price: 9, currency: 'JPY' })],
          }),
          total: { amount: 9n, currency: 'JPY' },
        },
        failed(completeOrder({ id: 'e' })),
        placed(completeOrder({ id: 'f' })),
        completeOrder({ id: 'g', placedAt: '2026-10-31T23:59:59.999Z' }),
        completeOrder({
          id: 'h',
          placedAt: '2026-12-01T00:00:00.000Z',
          lines: [line({ itemId: 'lamp', name: 'The best lamp' })],
        }),
      ]);
    });

    it('count complete orders by the day in UTC and the currency', async () => {
      expect(await salesTables(database).byDay(november)).toEqual([
        { day: '2026-11-01', currency: 'EUR', orders: 2n, quantity: 11n, amount: 6_198n },
        { day: '2026-11-01', currency: 'JPY', orders: 1n, quantity: 1n, amount: 9n },
        { day: '2026-11-02', currency: 'EUR', orders: 1n, quantity: 1n, amount: 700n },
      ]);
    });

    it('count an order once for each of its categories', async () => {
      expect(await salesTables(database).byCategory(november, 10)).toEqual([
        { category: '', currency: 'EUR', orders: 1n, quantity: 1n, amount: 700n },
        { category: 'floor', currency: 'EUR', orders: 1n, quantity: 5n, amount: 2_000n },
        { category: 'lighting', currency: 'EUR', orders: 2n, quantity: 6n, amount: 4_198n },
        { category: 'lighting', currency: 'JPY', orders: 1n, quantity: 1n, amount: 9n },
      ]);
    });

    it('have no more categories than are asked for', async () => {
      expect(await salesTables(database).byCategory(november, 2)).toHaveLength(2);
    });

    const lamp = { itemId: 'lamp', name: 'The best lamp' };
    const lamps = { ...lamp, currency: 'EUR', quantity: 4n, amount: 4_298n };
    const rugs = { itemId: 'rug', name: 'The rug', currency: 'EUR', quantity: 5n, amount: 2_000n };
    const inYen = { ...lamp, currency: 'JPY', quantity: 1n, amount: 9n };

    it.each([
      ['amount' as const, [lamps, rugs, inYen]],
      ['quantity' as const, [rugs, lamps, inYen]],
    ])('name the first items of each currency by %s, as they were last called', async (by, expected) => {
      expect(await salesTables(database).topItems(november, by, 2)).toEqual(expected);
    });

    it('are exact beyond what a number holds', async () => {
      const rich = (id: string) =>
        completeOrder({
          id,
          total: 999_999_999_999,
          lines: [line({ itemId: 'gold', quantity: 1, price: 999_999_999_999 })],
        });
      const ids = Array.from({ length: 10_001 }, (_, index) => `rich-${index}`);
      await orderRecords(database).record(ids.map(rich));
      const [day] = await salesTables(database).byDay({ from: '2026-11-01', to: '2026-11-01' });
      // 10,001 × 999,999,999,999 and the 6,198 of before
      expect(day?.amount).toBe(10_000_999_999_996_197n);
    });

    it('stand in the view by day, currency and category', async () => {
      expect(
        await database.query(
          `select day::text, currency, category, orders::int, quantity::int, amount from sales_by_day
           where day = '2026-11-01' order by category, currency`,
        ),
      ).toEqual([
        { day: '2026-11-01', currency: 'EUR', category: 'floor', orders: 1, quantity: 5, amount: '2000' },
        { day: '2026-11-01', currency: 'EUR', category: 'lighting', orders: 2, quantity: 6, amount: '4198' },
        { day: '2026-11-01', currency: 'JPY', category: 'lighting', orders: 1, quantity: 1, amount: '9' },
      ]);
    });
  });

  describe('the plan for a week of two years', () => {
    beforeEach(async () => {
      await test.pool.query(`
        insert into orders (order_id, status, placed_at, currency, total, quantity)
          select 'o' || n, 'COMPLETE', '2025-01-01'::timestamptz + n * interval '30 minutes', 'EUR', n, 1
          from generate_series(1, 30000) as n`);
      await test.pool.query(`
        insert into order_lines (order_id, line_number, item_id, name, category, opens_category, quantity,
            unit_amount, currency, placed_day, is_sold)
          select order_id, 1, 'i' || total % 500, 'Item', 'c' || total % 20, true, 1, total, 'EUR', placed_day, true
          from orders`);
      // So that the plan is that of tables in use, and not of tables in a bulk load.
      await test.pool.query('vacuum analyze');
    });

    it.each([
      ['sales by day', SALES_BY_DAY, [], 'orders_sales'],
      ['sales by category', SALES_BY_CATEGORY, [100], 'order_lines_sales'],
      ['top items', topItems('amount'), [10], 'order_lines_sales'],
    ])('of %s reads an index and no table', async (_, statement, more, index) => {
      const plan = await test.pool.query(`explain ${statement}`, ['2026-03-01', '2026-03-07', ...more]);
      const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(text).toContain(`Index Only Scan using ${index}`);
      expect(text).not.toContain('Seq Scan');
    });
  });

  if (name === 'PGlite') return;

  describe('a server', () => {
    it('that refuses the password says so, to whoever asks and to the process', async () => {
      const url = new URL(test.url);
      url.password = 'of yesterday';
      const locked = open(url.href);
      await expect(locked.query('select 1')).rejects.toBeInstanceOf(PasswordRefused);
      expect(refusals).toEqual([url.href]);
      await locked.close();
    });

    it('that ends the connections is asked again over others', async () => {
      await database.query('select 1');
      await test.pool.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
      );
      await until(() =>
        database.query('select 1').then(
          () => true,
          () => false,
        ),
      );
    });

    it('is not kept busy by a statement that takes too long', async () => {
      const impatient = openDatabase(
        { ...databaseConfig({ url: test.url }), statement_timeout: 50, max: 1 },
        { onPasswordRefused: () => undefined, onConnectionLost: () => undefined },
      );
      await expect(impatient.query('select pg_sleep(30)')).rejects.toBeInstanceOf(DependencyFailed);
      await impatient.close();
    });

    it('that takes no writes is not trusted with messages', async () => {
      await test.pool.query('alter role shop set default_transaction_read_only = on');
      const standby = open(test.url);
      await expect(orderRecords(standby).probe()).rejects.toBeInstanceOf(DependencyFailed);
      await standby.close();
      await test.pool.query('begin read write; alter role shop reset default_transaction_read_only; commit');
    });
  });
});
