import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type AttributeValue, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { lamp } from '../services/items/test/lamp.ts';
import { CUSTOMER, shopOn } from './capacity-shop.ts';
import type { Run } from './run.ts';
import {
  createDeclaredTables,
  declaredTables,
  engineProgram,
  type Opening,
  openTables,
  type Tables,
} from './tables.ts';

type Row = Readonly<Record<string, AttributeValue>>;

/** The tables that grow: their row of a number from 0. */
export type Rows = Readonly<
  Record<'ItemsTable' | 'OrdersTable' | 'ItemsIdempotencyTable', (number: number) => Row>
>;

export const CATEGORIES = 10;
const CUSTOMERS = 100;

const padded = (number: number) => String(number).padStart(8, '0');
export const itemId = (number: number) => `item-${padded(number)}`;
/** As long as a ULID, and before all that are made now. */
export const orderId = (number: number) => `01JAAAAAAAAAAAAAAA${padded(number)}`;
export const categoryOf = (number: number) => `category-${number % CATEGORIES}`;
export const customerOf = (number: number) =>
  number % CUSTOMERS === 0 ? CUSTOMER : `customer-${number % CUSTOMERS}`;

/** Rows like those that the shop itself has written: of an item, of a completed order, and of the key of a request. */
export async function rowsOfTheShop(databaseFile: string, opening: Opening): Promise<Rows> {
  const tables = await openTables(databaseFile, opening);
  try {
    await createDeclaredTables(tables);
    const shop = shopOn(tables);
    await shop.addItem(lamp, { caller: CUSTOMER, key: 'key-1' });
    const order = await shop.fulfil([{ itemId: lamp.id, quantity: 1 }], 'template');
    const item = await only(tables, 'ItemsTable', marshall({ id: lamp.id }));
    const placed = await only(tables, 'OrdersTable', marshall({ orderId: order, record: 'order' }));
    const key = await first(tables, 'ItemsIdempotencyTable');
    return {
      ItemsTable: (number) => ({
        ...item,
        ...marshall({ id: itemId(number), category: categoryOf(number) }),
      }),
      OrdersTable: (number) => ({
        ...placed,
        ...marshall({ orderId: orderId(number), customerId: customerOf(number) }),
      }),
      ItemsIdempotencyTable: (number) => ({
        ...key,
        ...marshall({ id: `created#${padded(number).repeat(5)}` }),
      }),
    };
  } finally {
    tables.stop();
  }
}

async function only({ dynamodb }: Tables, TableName: string, Key: Row): Promise<Row> {
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key }));
  if (!Item) throw new Error(`There is no row in ${TableName}.`);
  return Item;
}

async function first({ dynamodb }: Tables, TableName: string): Promise<Row> {
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName }));
  const [row] = Items;
  if (!row) throw new Error(`There is no row in ${TableName}.`);
  return row;
}

/**
 * Makes a database file with so many rows in each table that grows, and opens it. The rows go in as an export of DynamoDB,
 * which the engine imports several times as fast as it takes writes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
 */
export async function openFilled(
  rows: Rows,
  size: number,
  { folder, signal, progress }: Pick<Run, 'folder' | 'signal' | 'progress'>,
): Promise<Tables> {
  const source = join(folder, 'export');
  const schema = join(folder, 'schema.json');
  const databaseFile = join(folder, `growth-${size}.sqlite`);
  const declared = declaredTables();
  writeFileSync(
    schema,
    JSON.stringify(
      Object.keys(rows).map((TableName) => ({ Table: { TableName, ...declared.get(TableName) } })),
    ),
  );
  for (const [name, row] of Object.entries(rows)) {
    const data = join(source, name, 'data');
    mkdirSync(data, { recursive: true });
    await pipeline(Readable.from(linesOf(row, size)), createWriteStream(join(data, 'rows.json')), { signal });
  }
  await imported(['import', '--source', source, '--schema', schema, '--output', databaseFile], signal);
  rmSync(source, { recursive: true });
  const tables = await openTables(databaseFile, { signal, onEnd: progress });
  await createDeclaredTables(tables, { existing: Object.keys(rows) });
  return tables;
}

function* linesOf(row: (number: number) => Row, size: number): Generator<string> {
  for (let number = 0; number < size; number += 1) yield `${JSON.stringify({ Item: row(number) })}\n`;
}

async function imported(args: readonly string[], signal: AbortSignal): Promise<void> {
  const child = spawn(engineProgram(), args, { stdio: ['ignore', 'ignore', 'pipe'], signal });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`The engine has not imported the rows: ${said.slice(-1_000)}`);
}
