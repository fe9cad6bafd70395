import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type AttributeValue, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../../offline/testing/local-cloud.ts';
import { restoreRows } from './rows.ts';

const table = (KeySchema: readonly object[]) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ].slice(0, KeySchema.length),
    KeySchema,
  },
});
const hash = { AttributeName: 'pk', KeyType: 'HASH' };
const range = { AttributeName: 'sk', KeyType: 'RANGE' };

let cloud: LocalCloud;
let client: DynamoDBClient;
let live: string;
let restored: string;
beforeAll(async () => {
  const Resources = {
    Live: table([hash, range]),
    Restored: table([hash, range]),
    Other: table([hash]),
  };
  cloud = await startLocalCloud({ resources: { Resources } });
  client = new DynamoDBClient({ endpoint: cloud.endpoint });
  live = cloud.resources.Live ?? '';
  restored = cloud.resources.Restored ?? '';
});
afterAll(() => cloud.stop());

const put = (TableName: string, Item: Record<string, AttributeValue>) =>
  client.send(new PutItemCommand({ TableName, Item }));
const row = (pk: string, sk: number, paid: string) => ({
  pk: { S: pk },
  sk: { S: String(sk) },
  paid: { N: paid },
});
const rowsOf = async (TableName: string) => (await client.send(new ScanCommand({ TableName }))).Items;
const paid = async (sk: string) =>
  (await rowsOf(live))?.find((row) => row.pk?.S === 'order' && row.sk?.S === sk)?.paid?.N;

const restore = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, '../restore.ts'), ...args], {
    env: { ...process.env, AWS_ENDPOINT_URL: cloud.endpoint },
  }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stderr }) => ({ code: Number(code), output: String(stderr) }),
  );

describe('npm run restore', () => {
  beforeAll(async () => {
    // Two pages, of which one row has changed, two are gone, and the live table has one more.
    for (let n = 0; n < 40; n++) {
      await put(restored, row('order', n, '10'));
      if (n !== 7 && n !== 31) await put(live, row('order', n, n === 3 ? '12' : '10'));
    }
    await put(live, row('order', 99, '5'));
  });

  it('only says what is gone and what has changed, unless it is told to write', async () => {
    expect(await restore('--from', restored, '--to', live)).toEqual({
      code: 0,
      output: [
        'as they were: 37',
        'changed since: 1, left as they are',
        '  {"pk":{"S":"order"},"sk":{"S":"3"}}',
        'gone: 2; --write puts them back',
        '',
      ].join('\n'),
    });
    expect(await rowsOf(live)).toHaveLength(39);
  });

  it('puts back what is gone, and nothing else', async () => {
    const { output } = await restore('--from', restored, '--to', live, '--write');
    expect(output).toContain('gone: 2, put back\n');
    expect(await rowsOf(live)).toHaveLength(41);
    expect(await Promise.all(['3', '7', '31', '99'].map(paid))).toEqual(['12', '10', '10', '5']);

    expect((await restore('--from', restored, '--to', live, '--write')).output).toContain('gone: 0\n');
  });

  it('leaves a row alone that comes back before it is written', async () => {
    await put(restored, row('order', 50, '10'));
    const slow = new DynamoDBClient({ endpoint: cloud.endpoint });
    slow.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === 'PutItemCommand') await put(live, row('order', 50, '11'));
          return next(args);
        },
      { step: 'initialize' },
    );
    const onProgress = () => undefined;
    const { gone } = await restoreRows(slow, { from: restored, to: live, write: true, onProgress });
    expect(gone).toBe(1);
    expect(await paid('50')).toBe('11');
  });

  it.each([
    [
      'a table that was not restored from there',
      () => ['--from', cloud.resources.Other ?? '', '--to', live],
      /has the key \(pk\)/,
    ],
    ['one table for both', () => ['--from', live, '--to', live], /take the names of two tables/],
    ['a table that is not there', () => ['--from', 'absent', '--to', live], /absent/],
    ['an option that it does not have', () => ['--force'], /'--force'/],
  ])('refuses %s in one line', async (_, args, message) => {
    const { code, output } = await restore(...args());
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(output.trim().split('\n')).toHaveLength(1);
  });
});
