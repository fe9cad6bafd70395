import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Cost, costsOfOrders, costsOfRoutes } from './capacity-costs.ts';
import { createDeclaredTables, openTables, type Tables } from './tables.ts';

/**
 * Read and write units by DynamoDB's own rules, so that a change that costs more is seen. A row is read for 1 unit
 * for each 4 KB (half a unit when the read may be behind), a page for the sum of its rows; a row is written for 1 unit
 * for each 1 KB, twice as much in a transaction, a condition that is only checked included. An index takes 1 for each row
 * that enters it, leaves it, or changes in what it projects; never twice as much.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
type Expected = Readonly<Record<string, readonly [read: number, write: number, refused?: number]>>;

const ROUTES: Expected = {
  // 50 rows of some 320 bytes: four times 4 KB, at half a unit each.
  'GET /items, 50 of them': [2, 0],
  'GET /items?category, 50 of them': [2, 0],
  'the key of the cursors, made': [1, 1],
  'the key of the cursors, once for each function instance': [1, 0],
  'GET /items/{id}': [1, 0],
  // The row, and its place in byCategory.
  'POST /items': [0, 2],
  // The same, the lock on the key, what the key is bound to, and the answer.
  'POST /items with a key': [0, 5],
  'POST /items with a key, repeated': [0, 0, 1],
  'PATCH /items/{id}': [0, 2],
  'PATCH /items/{id}, refused': [0, 0, 1],
  'POST /items/{id}/stock': [0, 2],
  // The row twice, its place in byCategory, the key twice; then the row is read for the answer.
  'POST /items/{id}/stock with a key': [1, 5],
  'DELETE /items/{id}': [0, 2],
  // The order twice, its places in byCustomer and unfinished, the request twice.
  'POST /orders': [0, 6],
  'POST /orders, repeated': [1, 0, 1],
  'GET /orders/{id}': [1, 0],
  // 20 rows of some 150 bytes.
  'GET /orders, 20 of them': [0.5, 0],
  // The order before and after, and the approval; the order twice, and both indexes.
  'POST /orders/{id}/cancel, before anything is reserved': [3, 4],
  // The order and the approval; both twice.
  'the request for approval': [2, 4],
  'POST /orders/{id}/approval': [3, 4],
  // Eight shards at half a unit, 22 orders, and the approval of the one that waits; the lease taken and given back.
  'a sweep that finds 22 orders under way': [27, 2],
  'POST /uploads': [0, 1],
  'GET /uploads/{id}, of which no file has come': [1, 0],
  'a file that is received': [0, 1],
  'a checkpoint of an import': [0, 1],
  'GET /uploads/{id}': [2, 0],
  // Where the last one ended, and one page of at most 4 KB; where this one ended.
  'a clean-up of keys that have not expired': [1.5, 1],
};

const ORDERS: Readonly<Record<string, Expected>> = {
  'complete, one line': {
    placeOrder: [0, 6],
    // The order and the item; the order, and its place in byCustomer.
    validateOrder: [2, 2],
    // The order twice with byCustomer, the reservation twice, the item twice with byCategory.
    checkInventory: [1, 8],
    // Order and charge twice when it begins; the same with byCustomer when it is captured.
    processPayment: [1, 9],
    // The confirmation twice with the order checked; both twice when it is sent.
    sendConfirmation: [2, 8],
    recordConfirmation: [0.5, 0],
    // The order and the reservation.
    updateInventory: [0, 4],
    // The order twice with both indexes; two rows checked.
    completeOrder: [0, 8],
  },
  'complete, three lines': {
    placeOrder: [0, 6],
    validateOrder: [4, 2],
    checkInventory: [1, 14],
    processPayment: [1, 9],
    sendConfirmation: [2, 8],
    recordConfirmation: [0.5, 0],
    // From here on the order has more than 1 KB.
    updateInventory: [0, 6],
    completeOrder: [0, 10],
  },
  'payment declined': {
    placeOrder: [0, 6],
    validateOrder: [2, 2],
    checkInventory: [1, 8],
    processPayment: [1, 4],
    // The mark alone; order and charge; order, reservation and item; the order with both indexes and two rows checked.
    undo: [4, 1 + 4 + 7 + 8],
  },
  'out of stock': {
    placeOrder: [0, 6],
    validateOrder: [2, 2],
    checkInventory: [1, 0, 1],
    undo: [4, 1 + 8],
  },
  'cancelled while it is reserved': {
    placeOrder: [0, 6],
    validateOrder: [2, 2],
    checkInventory: [1, 8],
    // The order twice with both indexes, the reservation twice, the item twice with byCategory.
    cancelOrder: [3, 9],
  },
  'rejected: no such item': {
    placeOrder: [0, 6],
    // The order, and both indexes.
    validateOrder: [2, 3],
  },
};

const page = readFileSync(new URL('../docs/data-access.md', import.meta.url), 'utf8');

let folder: string;
let tables: Tables;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'capacity-'));
  tables = await openTables(join(folder, 'capacity.sqlite'), {
    onEnd(problem) {
      throw new Error(problem);
    },
  });
  await createDeclaredTables(tables);
});

afterAll(() => {
  tables.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('consumes for each route what the rules of DynamoDB come to, and what the documentation says', async () => {
  const routes = await costsOfRoutes(tables);
  expect(asExpected(routes)).toEqual(ROUTES);
  expect(missing(routes)).toEqual([]);
});

it('consumes for each order, step by step, what the rules come to, and what the documentation says', async () => {
  const orders = await costsOfOrders(tables);
  expect(Object.fromEntries(orders.map(({ name, steps }) => [name, asExpected(steps)]))).toEqual(ORDERS);
  expect(missing(orders)).toEqual([]);
});

const asExpected = (costs: readonly Cost[]) =>
  Object.fromEntries(
    costs.map(({ name, units: { read, write, refused } }) => [
      name,
      refused > 0 ? [read, write, refused] : [read, write],
    ]),
  );

/** Rows that the page lacks; routes are in code there. */
const missing = (costs: readonly Cost[]) =>
  costs
    .map(({ name, units: { read, write, refused } }) => {
      const shown = name.replace(/^[A-Z]+ [^\s,]+/, '`$&`');
      return `| ${shown} | ${read} | ${write}${refused > 0 ? ' + refused' : ''} |`;
    })
    .filter((row) => !page.includes(row));
