import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { IdempotencyKeyReused, RequestInProgress } from '../../../shared/errors.ts';
import { idempotencyTable } from '../src/adapters/idempotency-table.ts';
import { itemsTable } from '../src/adapters/items-table.ts';
import { reservations } from '../src/adapters/request-keys.ts';
import { addItem } from '../src/domain/add-item.ts';
import { ItemAlreadyExists } from '../src/domain/item.ts';
import type { OncePerKey } from '../src/domain/once-per-key.ts';

let cloud: LocalCloud;
let dynamodb: DynamoDBClient;
let documents: DynamoDBDocumentClient;
let oncePerKey: OncePerKey;
let keys = 0;

beforeAll(async () => {
  cloud = await startLocalCloud();
  dynamodb = new DynamoDBClient({ endpoint: cloud.endpoint });
  documents = DynamoDBDocumentClient.from(dynamodb);
  oncePerKey = idempotencyTable(dynamodb, cloud.resources.ItemsIdempotencyTable ?? '');
});
afterAll(async () => {
  dynamodb.destroy();
  await cloud.stop();
});

const repeatable = (changes = {}) => ({
  caller: 'alice',
  key: `key-${keys}`,
  content: { name: 'Lamp', price: { amount: 1, currency: 'EUR' } },
  remainingTimeMs: 9_000,
  ...changes,
});

describe('a request with a key', () => {
  it('is answered the same when it is repeated, without doing the work again', async () => {
    keys += 1;
    let runs = 0;
    const work = async () => ({ run: ++runs });
    expect(await oncePerKey(repeatable(), work)).toEqual({ run: 1 });
    expect(await oncePerKey(repeatable(), work)).toEqual({ run: 1 });
    // The order of the fields is no difference.
    const reordered = { price: { currency: 'EUR', amount: 1 }, name: 'Lamp' };
    expect(await oncePerKey(repeatable({ content: reordered }), work)).toEqual({ run: 1 });
  });

  it('is another request for another caller', async () => {
    keys += 1;
    await oncePerKey(repeatable(), async () => 'for alice');
    expect(await oncePerKey(repeatable({ caller: 'bob' }), async () => 'for bob')).toBe('for bob');
  });

  it('is refused with another content', async () => {
    keys += 1;
    await oncePerKey(repeatable(), async () => 'first');
    const other = oncePerKey(repeatable({ content: { name: 'Chair' } }), async () => 'second');
    await expect(other).rejects.toThrow(IdempotencyKeyReused);
  });

  it('is refused while the first is running', async () => {
    keys += 1;
    await oncePerKey(repeatable(), async () => {
      await expect(oncePerKey(repeatable(), async () => 'second')).rejects.toThrow(RequestInProgress);
      return 'first';
    });
  });

  it('may be tried again when the work failed', async () => {
    keys += 1;
    const failing = oncePerKey(repeatable(), async () => {
      throw new RangeError('no luck');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await oncePerKey(repeatable(), async () => 'luck')).toBe('luck');
  });
});

describe('creating an item with a key', () => {
  const draft = { sku: 'S', name: 'N', category: 'once', price: { amount: 1, currency: 'EUR' } };
  const request = () => ({ caller: 'alice', key: `creation-${keys}` });
  let clock = new Date('2026-11-22T10:00:00Z');
  let made = 0;
  const dependencies = () => ({
    catalogue: itemsTable(documents, cloud.resources.ItemsTable ?? ''),
    newId: () => `made-${++made}`,
    now: () => clock,
    reserve: reservations(documents, cloud.resources.ItemsIdempotencyTable ?? '', () => clock),
  });

  // Each attempt runs as if nobody had recorded an answer of the one before: it died in between.
  it('makes one item though the first attempt died between the write and its record', async () => {
    keys += 1;
    const first = await addItem(dependencies(), draft, request());
    const reordered = { price: draft.price, category: 'once', name: 'N', sku: 'S' };
    expect(await addItem(dependencies(), reordered, request())).toEqual(first);
    const { catalogue } = dependencies();
    expect((await catalogue.page({ limit: 10, category: 'once' })).items).toEqual([first]);
  });

  it.each([[{}], [{ id: 'given' }]])('is refused for another body after such a death (%j)', async (given) => {
    keys += 1;
    await addItem(dependencies(), { ...draft, ...given }, request());
    const other = addItem(dependencies(), { ...draft, ...given, name: 'Other' }, request());
    await expect(other).rejects.toThrow(IdempotencyKeyReused);
  });

  it('is a new request after a day, though the old record has not been deleted', async () => {
    keys += 1;
    const first = await addItem(dependencies(), draft, request());
    await addItem(dependencies(), { ...draft, id: 'kept' }, { caller: 'alice', key: 'kept' });
    clock = new Date(clock.getTime() + 24 * 60 * 60 * 1000 + 1000);
    const next = await addItem(dependencies(), { ...draft, name: 'Next' }, request());
    expect(next).toMatchObject({ name: 'Next' });
    expect(next.id).not.toBe(first.id);
    const taken = addItem(dependencies(), { ...draft, id: 'kept' }, { caller: 'alice', key: 'kept' });
    await expect(taken).rejects.toThrow(ItemAlreadyExists);
  });
});
