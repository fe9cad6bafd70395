import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { bucketClock } from '../src/adapters/bucket-clock.ts';
import { positionsTable } from '../src/adapters/positions-table.ts';
import { recordsTable } from '../src/adapters/records-table.ts';
import { uploadsBucket } from '../src/adapters/uploads-bucket.ts';
import { uploadsTable } from '../src/adapters/uploads-table.ts';
import type { StoredVersion } from '../src/domain/expired-uploads.ts';

const DAY = 24 * 60 * 60;
const seconds = () => Math.floor(Date.now() / 1_000);
const ago = (days: number) => new Date(Date.now() - days * DAY * 1_000).toISOString();

let cloud: LocalCloud;
let documents: DynamoDBDocumentClient;
let lambda: LambdaClient;
let s3: S3Client;
let uploads: string;

beforeAll(async () => {
  cloud = await startLocalCloud({ run: true });
  documents = DynamoDBDocumentClient.from(new DynamoDBClient());
  lambda = new LambdaClient();
  s3 = new S3Client({ forcePathStyle: true });
  uploads = cloud.resources.UploadsBucket ?? '';
});
afterAll(async () => {
  for (const client of [documents, lambda, s3]) client.destroy();
  await cloud.stop();
});

async function cleanUp(event: object = {}): Promise<unknown> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: 'shop-test-dailyCleanup', Payload: JSON.stringify(event) }),
  );
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
  if (FunctionError) throw new Error(answer.errorMessage);
  return answer;
}
const put = (table: string, Item: object) =>
  documents.send(new PutCommand({ TableName: cloud.resources[table], Item }));
async function rowsOf(table: string): Promise<Record<string, unknown>[]> {
  const TableName = cloud.resources[table];
  const { Items = [] } = await documents.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items;
}
const idsOf = async (table: string) => (await rowsOf(table)).map(({ id }) => id).sort();
const upload = (Key: string) => s3.send(new PutObjectCommand({ Bucket: uploads, Key, Body: 'x' }));
async function keys(): Promise<string[]> {
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: uploads }));
  return Versions.map(({ Key = '' }) => Key).sort();
}

/** DynamoDB itself deletes nothing that expired more than five years ago. */
const LONG_AGO = Date.parse('2019-01-01T00:00:00Z') / 1_000;

/** One thing that has expired, and one that has not, of each kind. */
async function litter(): Promise<void> {
  await put('ItemsIdempotencyTable', { id: 'old-key', expiration: LONG_AGO });
  await put('ItemsIdempotencyTable', { id: 'live-key', expiration: seconds() + 60 });
  await put('SentAlertsTable', { id: 'old-alert', expiration: LONG_AGO });
  await put('SentAlertsTable', { id: 'live-alert', expiration: seconds() + 60 });
  const manifest = { record: 'manifest', expiration: seconds() + 30 * DAY };
  await put('UploadsTable', { ...manifest, uploadId: 'never-put', key: 'uploads/n.csv', createdAt: ago(3) });
  await put('UploadsTable', { ...manifest, uploadId: 'announced', key: 'uploads/a.csv', createdAt: ago(1) });
  const expired = { ...manifest, expiration: LONG_AGO, receivedAt: ago(36) };
  await put('UploadsTable', { ...expired, uploadId: 'expired', key: 'uploads/e.csv' });
  await put('UploadsTable', { ...expired, uploadId: 'put-again', key: 'parts/put-again.csv' });
  await upload('parts/put-again.csv');
  const old = { status: 'VALIDATED', customerId: 'bob', placedAt: ago(8), updatedAt: ago(8), executions: 1 };
  const order = { ...old, record: 'order', lines: [], timeline: [], correlationId: 'c', unfinished: '0' };
  await put('OrdersTable', { ...order, orderId: '01ABANDONED000000000000000' });
  await put('OrdersTable', { ...order, orderId: '01PAYING00000000000000000P', paymentStartedAt: ago(8) });
  await put('OrdersTable', { ...order, orderId: '01YOUNG000000000000000000Y', placedAt: ago(6) });
}
const statusOf = async (orderId: string) => {
  const Key = { orderId, record: 'order' };
  const TableName = cloud.resources.OrdersTable;
  const { Item } = await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  return [Item?.status, Item?.reason];
};

describe('the daily clean-up', () => {
  beforeEach(litter);

  it('says in a dry run what it would clean, and cleans nothing', async () => {
    const tables = ['ItemsIdempotencyTable', 'SentAlertsTable', 'UploadsTable', 'SchedulesTable'];
    const before = await Promise.all(tables.map(rowsOf));
    expect(await cleanUp({ dryRun: true })).toMatchObject({
      ...{ dryRun: true, isWhole: true },
      kinds: {
        abandonedOrders: { seen: 2, cleaned: 1, failed: 0, isWhole: true },
        uploads: { seen: 4, cleaned: 2, failed: 0, isWhole: true },
        requestKeys: { seen: 1, cleaned: 1, failed: 0, isWhole: true },
        sentAlerts: { seen: 1, cleaned: 1, failed: 0, isWhole: true },
      },
    });
    expect(await Promise.all(tables.map(rowsOf))).toEqual(before);
    expect(await statusOf('01ABANDONED000000000000000')).toEqual(['VALIDATED', undefined]);
  });

  it('cleans what has expired, and keeps what is live, though its clock and its event are years ahead', async () => {
    expect(await cleanUp({ time: '2056-01-01T03:00:00Z' })).toMatchObject({
      ...{ dryRun: false, isWhole: true },
      kinds: {
        abandonedOrders: { cleaned: 1 },
        uploads: { cleaned: 2 },
        requestKeys: { cleaned: 1 },
        sentAlerts: { cleaned: 1 },
      },
    });
    expect(await idsOf('ItemsIdempotencyTable')).toEqual(['live-key']);
    expect(await idsOf('SentAlertsTable')).toEqual(['live-alert']);
    const left = (await rowsOf('UploadsTable')).map(({ uploadId }) => uploadId);
    expect(left.sort()).toEqual(['announced', 'put-again']);
    expect(await keys()).toContain('parts/put-again.csv');
    expect(await statusOf('01ABANDONED000000000000000')).toEqual(['CANCELLED', 'ABANDONED']);
    expect(await statusOf('01PAYING00000000000000000P')).toEqual(['VALIDATED', undefined]);
    expect(await statusOf('01YOUNG000000000000000000Y')).toEqual(['VALIDATED', undefined]);
    expect(await rowsOf('SchedulesTable')).toEqual([]);
  });

  it('run several times at once cleans each thing once', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => cleanUp()));
    const cleaned = (answers as { kinds: Record<string, { cleaned: number }> }[])
      .filter(Boolean)
      .map(({ kinds }) => Object.values(kinds).reduce((sum, kind) => sum + kind.cleaned, 0));
    expect(cleaned.reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(await rowsOf('SchedulesTable')).toEqual([]);
  });

  it('deletes nothing that has not expired by the time of its event', async () => {
    expect(await cleanUp({ time: '2019-01-01T00:00:00Z' })).toMatchObject({ isWhole: true });
    expect(await idsOf('ItemsIdempotencyTable')).toEqual(['live-key', 'old-key']);
    await cleanUp();
  });

  it('is not run by a setting that it does not know', async () => {
    await expect(cleanUp({ dryrun: true })).rejects.toThrow('/dryrun is not a known field');
    expect(await idsOf('ItemsIdempotencyTable')).toEqual(['live-key', 'old-key']);
    await cleanUp();
  });
});

describe('rows that change after they were read', () => {
  it('are not deleted', async () => {
    const table = cloud.resources.UploadsTable ?? '';
    const row = { uploadId: 'changing', record: 'manifest', key: 'uploads/c.csv' };
    await put('UploadsTable', { ...row, expiration: 1_000 });
    const rows = uploadsTable(documents, table);
    const { things } = await rows.page(undefined);
    const read = things.find(({ uploadId }) => uploadId === 'changing');
    if (!read) throw new Error('The row is not there.');
    await put('UploadsTable', { ...row, expiration: 2_000 });
    expect(await rows.delete(read)).toBe(false);
    expect(await rows.delete({ ...read, expiresAt: new Date(2_000_000) })).toBe(true);
  });

  it('are not deleted when they live longer now', async () => {
    const records = recordsTable(documents, cloud.resources.SentAlertsTable ?? '');
    await put('SentAlertsTable', { id: 'again', expiration: 1_000 });
    expect(await records.delete('again', new Date(1_000_000))).toBe(false);
    expect(await records.delete('again', new Date(1_001_000))).toBe(true);
    expect(await records.delete('again', new Date(1_001_000))).toBe(false);
  });
});

describe('versions of objects', () => {
  it('are listed page by page, of one key or below a prefix, and deleted for good', async () => {
    const bucket = uploadsBucket(s3, uploads);
    const listed = async (where: Parameters<typeof bucket.versions>[0]) => {
      const found: StoredVersion[] = [];
      for await (const page of bucket.versions(where)) found.push(...page);
      return found;
    };
    for (let first = 0; first < 1_001; first += 50) {
      const parts = Array.from({ length: Math.min(50, 1_001 - first) }, (_, index) => first + index);
      await Promise.all(parts.map((part) => upload(`parts/many/${part}`)));
    }
    for (const key of ['parts/one', 'parts/one', 'parts/one.gz']) await upload(key);
    expect((await listed({ key: 'parts/one' })).map(({ key }) => key)).toEqual(['parts/one', 'parts/one']);
    const many = await listed({ prefix: 'parts/many/' });
    expect(new Set(many.map(({ key }) => key)).size).toBe(1_001);
    await bucket.delete(many.slice(0, 1_000));
    expect(await listed({ prefix: 'parts/many/' })).toEqual(many.slice(1_000));
  });
});

it('the bucket says what time it is', async () => {
  const time = await bucketClock(s3, uploads)();
  expect(Math.abs(time.getTime() - Date.now())).toBeLessThan(60_000);
});

it('a position is kept until the walk is whole', async () => {
  const positions = positionsTable(documents, cloud.resources.SchedulesTable ?? '');
  await positions.save('uploads', { uploadId: 'a', record: 'manifest' });
  expect(await positions.find('uploads')).toEqual({ uploadId: 'a', record: 'manifest' });
  expect(await positions.find('sentAlerts')).toBeUndefined();
  await positions.save('uploads', undefined);
  expect(await positions.find('uploads')).toBeUndefined();
});
