import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { DependencyFailed, TooLarge } from '../../../shared/errors.ts';
import { itemsTable } from '../src/adapters/items-table.ts';
import {
  type Catalogue,
  type Item,
  ItemAlreadyExists,
  ItemChanged,
  ItemNotFound,
} from '../src/domain/item.ts';
import { patching, replacing } from '../src/domain/item-changes.ts';
import { lamp } from './lamp.ts';
import { loseReplies } from './lost-replies.ts';

let cloud: LocalCloud;
let documents: DynamoDBDocumentClient;
let tableName: string;
let catalogue: Catalogue;
let item: Item;
let made = 0;

const later = new Date('2026-11-22T10:00:00Z');

beforeAll(async () => {
  cloud = await startLocalCloud();
  documents = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: cloud.endpoint }));
  tableName = cloud.resources.ItemsTable ?? '';
  catalogue = itemsTable(documents, tableName);
});
afterAll(async () => {
  documents.destroy();
  await cloud.stop();
});
beforeEach(async () => {
  item = await catalogue.add({ ...lamp, id: `lamp-${++made}`, category: `category-${made}` });
});

const find = () => catalogue.find(item.id);
/** One unit sold, as another function does it. */
const move = (id: string) =>
  documents.send(
    new UpdateCommand({
      TableName: tableName,
      Key: { id },
      UpdateExpression: 'SET stock = stock - :one',
      ExpressionAttributeValues: { ':one': 1 },
    }),
  );

describe('adding', () => {
  it('keeps the item as it was given', async () => {
    expect(await find()).toEqual(item);
  });

  it('keeps an item without optional fields', async () => {
    const { description: _, attributes: __, ...bare } = { ...lamp, id: `bare-${made}` };
    await catalogue.add(bare);
    expect(await catalogue.find(bare.id)).toEqual(bare);
  });

  it('refuses an id that is taken and leaves the first item alone', async () => {
    await expect(catalogue.add({ ...item, name: 'Other' })).rejects.toThrow(ItemAlreadyExists);
    expect(await find()).toEqual(item);
  });

  it('answers with the first item when the same request adds it again', async () => {
    const id = `again-${made}`;
    await catalogue.add({ ...lamp, id }, 'request-1');
    expect(await catalogue.add({ ...lamp, id, updatedAt: later.toISOString() }, 'request-1')).toEqual({
      ...lamp,
      id,
    });
    await expect(catalogue.add({ ...lamp, id }, 'request-2')).rejects.toThrow(ItemAlreadyExists);
    await expect(catalogue.add({ ...lamp, id })).rejects.toThrow(ItemAlreadyExists);
  });

  it('shows nobody which request made the item', async () => {
    const id = `secret-${made}`;
    expect(await catalogue.add({ ...lamp, id }, 'request-1')).not.toHaveProperty('creationKey');
    expect(await catalogue.find(id)).not.toHaveProperty('creationKey');
  });
});

describe('changing', () => {
  it('writes only the given attributes', async () => {
    const changed = await catalogue.change(
      item.id,
      patching({ name: 'New', price: { amount: 1 } }, later),
      {},
    );
    const expected = {
      ...item,
      name: 'New',
      price: { amount: 1, currency: 'EUR' },
      version: 2,
      updatedAt: '2026-11-22T10:00:00.000Z',
    };
    expect(changed).toEqual(expected);
    expect(await find()).toEqual(expected);
  });

  it('sets and removes single attributes, also on an item that had none', async () => {
    const id = `plain-${made}`;
    const { attributes: _, ...plain } = { ...lamp, id };
    await catalogue.add(plain);
    await catalogue.change(id, patching({ attributes: { 'a.b': 1, c: true } }, later), {});
    const changed = await catalogue.change(id, patching({ attributes: { c: null, d: 'x' } }, later), {});
    expect(changed.attributes).toEqual({ 'a.b': 1, d: 'x' });
    const emptied = await catalogue.change(id, patching({ attributes: null }, later), {});
    expect(emptied).not.toHaveProperty('attributes');
  });

  it('replaces all but stock and creation', async () => {
    const replacement = { sku: 'S', name: 'N', category: 'C', price: { amount: 1, currency: 'USD' } };
    expect(await catalogue.change(item.id, replacing(replacement, later), {})).toEqual({
      ...replacement,
      id: item.id,
      stock: 12,
      version: 2,
      createdAt: item.createdAt,
      updatedAt: '2026-11-22T10:00:00.000Z',
    });
  });

  it('moves no version when nothing or only stock is changed', async () => {
    expect(await catalogue.change(item.id, patching({}, later), {})).toEqual(item);
    expect(await catalogue.change(item.id, patching({ stock: 3 }, later), {})).toEqual({ ...item, stock: 3 });
  });

  it('happens only in one of the expected versions', async () => {
    const patch = patching({ name: 'New' }, later);
    await expect(catalogue.change(item.id, patch, { states: [{ ...item, version: 2 }] })).rejects.toThrow(
      ItemChanged,
    );
    await expect(catalogue.change(item.id, patch, { states: [] })).rejects.toThrow(ItemChanged);
    expect(await find()).toEqual(item);
    expect(await catalogue.change(item.id, patch, { states: [{ ...item, version: 7 }, item] })).toMatchObject(
      { version: 2 },
    );
  });

  it('for a state asks for its stock only when it sets the stock', async () => {
    await move(item.id);
    const stale = { states: [item] };
    expect(await catalogue.change(item.id, patching({ name: 'New' }, later), stale)).toMatchObject({
      stock: 11,
    });
    const now = { states: [{ ...item, version: 2 }] };
    await expect(catalogue.change(item.id, patching({ stock: 5 }, later), now)).rejects.toThrow(ItemChanged);
    expect(await find()).toMatchObject({ stock: 11 });
  });

  it('for a state of an item that was removed does not touch the next one of that id', async () => {
    await catalogue.remove(item.id, {});
    const next = { ...item, createdAt: '2026-11-02T12:00:00.000Z' };
    await catalogue.add(next);
    const change = catalogue.change(item.id, patching({ name: 'New' }, later), { states: [item] });
    await expect(change).rejects.toThrow(ItemChanged);
    await expect(catalogue.remove(item.id, { states: [item] })).rejects.toThrow(ItemChanged);
    expect(await find()).toEqual(next);
  });

  it.each([[{}], [{ states: [lamp] }]])(
    'finds no absent item with %j, and makes none',
    async (precondition) => {
      const change = catalogue.change('absent', patching({ name: 'New' }, later), precondition);
      await expect(change).rejects.toThrow(ItemNotFound);
      expect(await catalogue.find('absent')).toBeUndefined();
    },
  );

  it('refuses to grow an item beyond 400 KB and leaves it as it was', async () => {
    const big = (prefix: string) =>
      Object.fromEntries([...Array(25).keys()].map((n) => [`${prefix}${n}`, 'x'.repeat(8_192)]));
    await catalogue.change(item.id, patching({ attributes: big('a') }, later), {});
    await expect(catalogue.change(item.id, patching({ attributes: big('b') }, later), {})).rejects.toThrow(
      TooLarge,
    );
    expect(Object.keys((await find())?.attributes ?? {})).toHaveLength(27);
  });

  it('loses neither an edit nor a stock movement when both happen at once', async () => {
    await Promise.all([
      ...[...Array(10).keys()].map((n) =>
        catalogue.change(item.id, patching({ attributes: { [`k${n}`]: n } }, later), {}),
      ),
      ...[...Array(10).keys()].map(() => move(item.id)),
    ]);
    const result = await find();
    expect(result).toMatchObject({ stock: 2, version: 11 });
    expect(Object.keys(result?.attributes ?? {})).toHaveLength(12);
  });
});

describe('removing', () => {
  it('is done once and no error again', async () => {
    await catalogue.remove(item.id, {});
    expect(await find()).toBeUndefined();
    await catalogue.remove(item.id, {});
    await catalogue.remove(item.id, { states: [item] });
  });

  it('happens only in one of the expected versions', async () => {
    await expect(catalogue.remove(item.id, { states: [{ ...item, version: 2 }] })).rejects.toThrow(
      ItemChanged,
    );
    await catalogue.remove(item.id, { states: [item] });
    expect(await find()).toBeUndefined();
  });
});

describe('a write whose reply is lost', () => {
  const losing = () => {
    const client = DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: cloud.endpoint, maxAttempts: 2 }),
    );
    loseReplies(client, 1);
    return itemsTable(client, tableName);
  };

  it('is known again when it is tried again: adding', async () => {
    const id = `lost-${made}`;
    expect(await losing().add({ ...lamp, id })).toEqual({ ...lamp, id });
  });

  it('is known again when it is tried again: changing for a state', async () => {
    const changed = await losing().change(item.id, patching({ name: 'New' }, later), { states: [item] });
    expect(changed).toMatchObject({ name: 'New', version: 2 });
  });

  it('is done once: changing whatever the state', async () => {
    expect(await losing().change(item.id, patching({ name: 'New' }, later), {})).toMatchObject({
      version: 2,
    });
    expect(await find()).toMatchObject({ version: 2 });
  });

  it('is no error when it is tried again: removing for a state', async () => {
    await losing().remove(item.id, { states: [item] });
    expect(await find()).toBeUndefined();
  });
});

describe('pages', () => {
  async function all(category?: string) {
    const ids: string[] = [];
    let position: string | undefined;
    do {
      const page = await catalogue.page({ limit: 3, category, position });
      expect(page.items.length).toBeLessThanOrEqual(3);
      ids.push(...page.items.map(({ id }) => id));
      position = page.nextPosition;
    } while (position !== undefined);
    return ids;
  }

  it('together hold every item once', async () => {
    const ids = await all();
    expect(ids.length).toBeGreaterThanOrEqual(made);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain(item.id);
  });

  it('of a category hold its items in the order of their ids', async () => {
    const category = `sorted-${made}`;
    for (const id of ['d', 'b', 'e', 'a', 'c'])
      await catalogue.add({ ...lamp, id: `${category}-${id}`, category });
    expect(await all(category)).toEqual(['a', 'b', 'c', 'd', 'e'].map((id) => `${category}-${id}`));
  });

  it('go on behind an item that was removed meanwhile', async () => {
    const category = `removed-${made}`;
    for (const id of ['a', 'b', 'c']) await catalogue.add({ ...lamp, id: `${category}-${id}`, category });
    const { nextPosition } = await catalogue.page({ limit: 2, category });
    await catalogue.remove(`${category}-b`, {});
    const rest = await catalogue.page({ limit: 2, category, position: nextPosition });
    expect(rest.items.map(({ id }) => id)).toEqual([`${category}-c`]);
  });
});

describe('the capacity that a page of 50 consumes', () => {
  it.each([
    ['over all', undefined],
    ['of a category', 'measured'],
  ])('%s is the same in a catalogue twenty times as large', async (_, category) => {
    const units: number[] = [];
    const measured = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: cloud.endpoint }));
    measured.middlewareStack.add(
      (next) => async (call) => {
        Object.assign(call.input, { ReturnConsumedCapacity: 'TOTAL' });
        const result = await next(call);
        const { ConsumedCapacity } = result.output as { ConsumedCapacity?: { CapacityUnits?: number } };
        units.push(ConsumedCapacity?.CapacityUnits ?? Number.NaN);
        return result;
      },
      { step: 'initialize' },
    );
    const fill = async (from: number, to: number) => {
      for (let start = from; start < to; start += 25) {
        const PutRequests = [...Array(25).keys()].map((n) => ({
          // Each row has the same size, so that every page weighs the same.
          PutRequest: {
            Item: { ...lamp, id: `measured-${String(start + n).padStart(8, '0')}`, category: 'measured' },
          },
        }));
        await documents.send(new BatchWriteCommand({ RequestItems: { [tableName]: PutRequests } }));
      }
    };
    const page = () =>
      itemsTable(measured, tableName).page({ limit: 50, category, position: 'measured-00000010' });

    await fill(0, 100);
    expect((await page()).items).toHaveLength(50);
    await fill(100, 2_000);
    expect((await page()).items).toHaveLength(50);
    measured.destroy();

    // By DynamoDB's rules for sizes a row has about 220 bytes, so 50 have 11 KB: three units of 4 KB, and half of
    // that since the reads are eventually consistent.
    expect(units).toEqual([1.5, 1.5]);
  });
});

describe('a failing call', () => {
  const calls: [string, (failing: Catalogue) => Promise<unknown>][] = [
    ['adding', (failing) => failing.add(lamp)],
    ['finding', (failing) => failing.find('x')],
    ['listing', (failing) => failing.page({ limit: 1 })],
    ['changing', (failing) => failing.change('x', patching({ name: 'x' }, later), {})],
    ['removing', (failing) => failing.remove('x', {})],
  ];

  it.each(calls)('of %s without an answer is a failed dependency, with its cause', async (_, call) => {
    const silent = new DynamoDBClient({ endpoint: 'http://127.0.0.1:9', maxAttempts: 1 });
    const failing = itemsTable(DynamoDBDocumentClient.from(silent), tableName);
    await expect(call(failing)).rejects.toMatchObject({
      constructor: DependencyFailed,
      cause: { message: expect.stringContaining('ECONNREFUSED') },
    });
  });

  it.each(calls)('of %s by our own fault is no failed dependency', async (_, call) => {
    await expect(call(itemsTable(documents, 'no-such-table'))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a row', () => {
  it('holds attributes as a map always, for whoever sets one of them', async () => {
    const { attributes: _, ...plain } = { ...lamp, id: `row-${made}` };
    await catalogue.add(plain);
    const { Item: row } = await documents.send(
      new GetCommand({ TableName: tableName, Key: { id: plain.id } }),
    );
    expect(row).toEqual({ ...plain, attributes: {}, creationKey: expect.any(String) });
  });

  it('that another writer put there is read as an item', async () => {
    const row = { ...lamp, id: `foreign-${made}`, attributes: {} };
    await documents.send(new PutCommand({ TableName: tableName, Item: row }));
    const { attributes: _, ...expected } = row;
    expect(await catalogue.find(row.id)).toEqual(expected);
  });
});
