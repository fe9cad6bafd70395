import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { DependencyFailed, IdempotencyKeyReused } from '../../../shared/errors.ts';
import { itemsTable } from '../src/adapters/items-table.ts';
import { stockTable } from '../src/adapters/stock-table.ts';
import { type Item, ItemNotFound, type Stock, StockRefused } from '../src/domain/item.ts';
import { lamp } from './lamp.ts';
import { loseReplies } from './lost-replies.ts';

let cloud: LocalCloud;
let item: Item;
let stock: Stock;
let documents: DynamoDBDocumentClient;
let documentsOnce: DynamoDBDocumentClient;
let clock = new Date('2026-11-22T10:00:00Z');
let made = 0;

const client = (config: DynamoDBClientConfig) =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: cloud.endpoint, ...config }));
const left = async () => (await itemsTable(documents, cloud.resources.ItemsTable ?? '').find(item.id))?.stock;

beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());
beforeEach(async () => {
  documents = client({ maxAttempts: 2 });
  documentsOnce = client({ maxAttempts: 1 });
  stock = stockTable({
    documents,
    documentsOnce,
    itemsTable: cloud.resources.ItemsTable ?? '',
    keysTable: cloud.resources.ItemsIdempotencyTable ?? '',
    now: () => clock,
  });
  item = await itemsTable(client({}), cloud.resources.ItemsTable ?? '').add({
    ...lamp,
    id: `stock-${++made}`,
  });
});

const request = (changes = {}) => ({ caller: 'alice', key: `key-${made}`, ...changes });

describe.each([
  ['without a key', () => undefined],
  ['with a key', () => ({ caller: 'alice', key: `key-${made}-${Math.random()}` })],
])('stock %s', (_, key) => {
  it('moves by the delta and changes nothing else', async () => {
    expect(await stock.adjust(item.id, 5, key())).toEqual({ ...item, stock: 17 });
    expect(await stock.adjust(item.id, -17, key())).toEqual({ ...item, stock: 0 });
  });

  it('never falls below zero nor rises beyond what can be counted', async () => {
    await expect(stock.adjust(item.id, -13, key())).rejects.toThrow(StockRefused);
    await expect(stock.adjust(item.id, 999_999_989, key())).rejects.toThrow(StockRefused);
    expect(await stock.adjust(item.id, 999_999_988, key())).toMatchObject({ stock: 1_000_000_000 });
  });

  it('of an absent item cannot move', async () => {
    await expect(stock.adjust('absent', 1, key())).rejects.toThrow(ItemNotFound);
  });

  it('of 12 is sold exactly 12 times to 40 buyers at once', async () => {
    const sold = await Promise.allSettled([...Array(40).keys()].map(() => stock.adjust(item.id, -1, key())));
    expect(sold.filter(({ status }) => status === 'fulfilled')).toHaveLength(12);
    expect(await left()).toBe(0);
  });
});

describe('a movement with a key', () => {
  it('happens once, however often it is asked for', async () => {
    const [first, ...others] = await Promise.all(
      [...Array(10).keys()].map(() => stock.adjust(item.id, -2, request())),
    );
    expect(first).toMatchObject({ stock: 10 });
    for (const other of others) expect(other).toEqual(first);
    expect(await left()).toBe(10);
  });

  it('is another one for another caller or under another key', async () => {
    await stock.adjust(item.id, -1, request());
    await stock.adjust(item.id, -1, request({ caller: 'bob' }));
    await stock.adjust(item.id, -1, request({ key: `other-${made}` }));
    expect(await left()).toBe(9);
  });

  it('is refused when the key was used for another movement', async () => {
    await stock.adjust(item.id, -1, request());
    await expect(stock.adjust(item.id, -2, request())).rejects.toThrow(IdempotencyKeyReused);
    expect(await left()).toBe(11);
  });

  it('that was refused may be tried again', async () => {
    await expect(stock.adjust(item.id, -13, request())).rejects.toThrow(StockRefused);
    await stock.adjust(item.id, 1);
    expect(await stock.adjust(item.id, -13, request())).toMatchObject({ stock: 0 });
  });

  it('happens once though the replies are lost', async () => {
    loseReplies(documents, 2);
    await expect(stock.adjust(item.id, -2, request())).rejects.toThrow(DependencyFailed);
    expect(await stock.adjust(item.id, -2, request())).toMatchObject({ stock: 10 });
  });

  it('may happen again after a day', async () => {
    await stock.adjust(item.id, -1, request());
    clock = new Date(clock.getTime() + 24 * 60 * 60 * 1000 + 1000);
    expect(await stock.adjust(item.id, -1, request())).toMatchObject({ stock: 10 });
  });
});

describe('a movement without a key', () => {
  it('is not tried again when the reply is lost, for it may have happened', async () => {
    loseReplies(documentsOnce, 1);
    await expect(stock.adjust(item.id, -1)).rejects.toThrow(DependencyFailed);
    expect(await left()).toBe(11);
  });
});
