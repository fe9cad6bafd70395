import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Call, dynamoDbClient } from '../services/dynamodb/client.ts';
import { provisionTable } from '../services/dynamodb/tables.ts';
import { sweepExpired } from '../services/dynamodb/time-to-live.ts';
import { type LocalCloud, startLocalCloud } from '../testing/local-cloud.ts';

let cloud: LocalCloud;
let call: Call;
let tableName: string;
let made = 0;

beforeAll(async () => {
  cloud = await startLocalCloud({ resources: {} });
  call = dynamoDbClient(cloud.endpoint, 'eu-west-1');
});
afterAll(() => cloud.stop());
beforeEach(() => {
  made += 1;
  tableName = `table-${made}`;
});

const attribute = (AttributeName: string, AttributeType = 'S') => ({ AttributeName, AttributeType });
const index = (IndexName: string, key: string, projection = 'ALL') => ({
  IndexName,
  KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
  Projection: { ProjectionType: projection },
});
const plain = {
  AttributeDefinitions: [attribute('id')],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};
const indexed = {
  ...plain,
  AttributeDefinitions: [attribute('id'), attribute('a'), attribute('b')],
  GlobalSecondaryIndexes: [index('byA', 'a'), index('byB', 'b')],
};

const declare = (properties: object, { reset = false } = {}) =>
  provisionTable(
    call,
    { logicalId: 'Rows', type: 'AWS::DynamoDB::Table', properties: { TableName: tableName, ...properties } },
    { reset, stackName: 'shop-test' },
  );
const put = (item: object) => call('PutItem', { TableName: tableName, Item: item });
const ids = async () => {
  const { Items } = await call<{ Items: { id: { S: string } }[] }>('Scan', { TableName: tableName });
  return Items.map(({ id }) => id.S).sort();
};
const described = async () => {
  const { Table } = await call<{ Table: Record<string, unknown> }>('DescribeTable', { TableName: tableName });
  const indexes = (Table.GlobalSecondaryIndexes ?? []) as ReturnType<typeof index>[];
  return {
    stream: (Table.StreamSpecification as { StreamViewType?: string } | undefined)?.StreamViewType,
    indexes: indexes.map(({ IndexName, Projection }) => `${IndexName} ${Projection.ProjectionType}`).sort(),
  };
};

describe('a declared table', () => {
  it('is created with its indexes and its stream, under ARNs of the region', async () => {
    const { resource } = await declare({ ...indexed, StreamSpecification: { StreamViewType: 'NEW_IMAGE' } });
    expect(resource).toEqual({
      ref: tableName,
      attributes: {
        Arn: `arn:aws:dynamodb:eu-west-1:000000000000:table/${tableName}`,
        StreamArn: expect.stringMatching(
          /^arn:aws:dynamodb:eu-west-1:000000000000:table\/table-\d+\/stream\//,
        ),
      },
    });
    expect(await described()).toEqual({ stream: 'NEW_IMAGE', indexes: ['byA ALL', 'byB ALL'] });
  });

  it('gets a name of stack and logical id when it declares none', async () => {
    const { resource } = await declare({ ...plain, TableName: undefined });
    expect(resource.ref).toBe('shop-test-Rows');
  });

  it.each([
    [{ ...plain, Replicas: [] }, 'table Rows: the local cloud does not support Replicas.'],
    [
      { ...indexed, GlobalSecondaryIndexes: [{ ...index('byA', 'a'), Sparse: true }] },
      'table Rows: the local cloud does not support GlobalSecondaryIndexes.0.Sparse.',
    ],
    [{ AttributeDefinitions: [] }, 'table Rows: KeySchema: '],
  ])('is refused when it has what is not supported: %#', async (properties, message) => {
    await expect(declare(properties)).rejects.toThrow(message);
  });

  it('is kept with its items when it is declared again', async () => {
    await declare(indexed);
    await put({ id: { S: '1' } });
    const reordered = { ...indexed, GlobalSecondaryIndexes: [index('byB', 'b'), index('byA', 'a')] };
    await declare(reordered);
    expect(await ids()).toEqual(['1']);
  });

  it('is updated where its stream or its indexes differ, and keeps its items', async () => {
    await declare({ ...indexed, StreamSpecification: { StreamViewType: 'NEW_IMAGE' } });
    await put({ id: { S: '1' }, a: { S: 'x' } });
    await declare({
      ...indexed,
      AttributeDefinitions: [attribute('id'), attribute('a'), attribute('c')],
      GlobalSecondaryIndexes: [index('byA', 'a', 'KEYS_ONLY'), index('byC', 'c')],
      StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
    });
    expect(await described()).toEqual({ stream: 'KEYS_ONLY', indexes: ['byA KEYS_ONLY', 'byC ALL'] });
    expect(await ids()).toEqual(['1']);
    await declare(plain);
    expect(await described()).toEqual({ stream: undefined, indexes: [] });
  });

  it.each([
    [
      'another key',
      { AttributeDefinitions: [attribute('sku')], KeySchema: [{ AttributeName: 'sku', KeyType: 'HASH' }] },
    ],
    ['a key of another type', { ...plain, AttributeDefinitions: [attribute('id', 'N')] }],
  ])('with %s is refused and named, until it is reset', async (_, changed) => {
    await declare(plain);
    await expect(declare(changed)).rejects.toThrow(
      `Table ${tableName} (Rows) exists with other keys, which DynamoDB cannot change. ` +
        'Start once with --reset to drop the declared tables and create them anew.',
    );
    await expect(declare(changed, { reset: true })).resolves.toBeDefined();
  });

  it('is empty after a reset', async () => {
    await declare(plain);
    await put({ id: { S: '1' } });
    await declare(plain, { reset: true });
    expect(await ids()).toEqual([]);
  });
});

describe('time to live', () => {
  const ttl = (AttributeName: string, Enabled = true) => ({
    ...plain,
    TimeToLiveSpecification: { AttributeName, Enabled },
  });
  const state = async () =>
    (await call<{ TimeToLiveDescription: object }>('DescribeTimeToLive', { TableName: tableName }))
      .TimeToLiveDescription;

  it('is switched on, moved and switched off as declared', async () => {
    await declare(ttl('expiresAt'));
    expect(await state()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
    await declare(ttl('gone'));
    expect(await state()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'gone' });
    await declare(ttl('gone', false));
    expect(await state()).toMatchObject({ TimeToLiveStatus: 'DISABLED' });
  });

  it('deletes what has expired and nothing else', async () => {
    const { expiring } = await declare(ttl('ttl'));
    await put({ id: { S: 'past' }, ttl: { N: '999' } });
    await put({ id: { S: 'now' }, ttl: { N: '1000' } });
    await put({ id: { S: 'future' }, ttl: { N: '1001' } });
    await put({ id: { S: 'never' } });
    await put({ id: { S: 'text' }, ttl: { S: '1' } });
    if (!expiring) throw new Error('The table does not expire.');
    await sweepExpired(call, expiring, 1_000);
    expect(await ids()).toEqual(['future', 'never', 'now', 'text']);
  });

  it('leaves what expired more than five years ago', async () => {
    const { expiring } = await declare(ttl('ttl'));
    const now = Date.parse('2026-11-22T00:00:00Z') / 1_000;
    await put({ id: { S: 'long ago' }, ttl: { N: String(Date.parse('2021-11-20T00:00:00Z') / 1_000) } });
    await put({ id: { S: 'ago' }, ttl: { N: String(Date.parse('2021-11-25T00:00:00Z') / 1_000) } });
    if (!expiring) throw new Error('The table does not expire.');
    await sweepExpired(call, expiring, now);
    expect(await ids()).toEqual(['long ago']);
  });
});
