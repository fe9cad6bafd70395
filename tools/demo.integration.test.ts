import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askControl } from '../offline/control/client.ts';
import { type OfflineProcess, startOffline } from '../offline/testing/offline.ts';
import type { Told } from './demo/story.ts';

const root = join(import.meta.dirname, '..');
let offline: OfflineProcess;
beforeAll(async () => {
  offline = await startOffline({ folder: root });
}, 60_000);
afterAll(() => offline?.stop());

describe('npm run demo -- --fast --json, beside a local cloud that runs', () => {
  let told: readonly Told[];
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)('npm', 'run --silent demo -- --fast --json'.split(' '), {
      cwd: root,
      env: { ...process.env, LOCAL_CLOUD_STATE: offline.stateFolder },
    });
    told = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }, 180_000);
  const dataOf = <Data>(step: string) => told.find((each) => each.step === step)?.data as Data;

  it('tells the whole story, in which every check held', () => {
    expect(told.map(({ step, checks }) => [step, checks.length])).toEqual([
      ['running', 0],
      ['items', 2],
      ['upload', 4],
      ['paid', 6],
      ['declined', 5],
      ['flaky', 6],
      ['refunded', 5],
      ['repeated', 6],
      ['books', 11],
      ['links', 0],
    ]);
    expect(told.flatMap(({ checks }) => checks).filter(({ held }) => !held)).toEqual([]);
  });

  it.each([
    ['paid', 'COMPLETE', 'COMMITTED', 7_570],
    ['declined', 'FAILED', 'RELEASED', 3_870],
    ['flaky', 'COMPLETE', 'COMMITTED', 9_980],
    ['refunded', 'FAILED', 'RELEASED', 5_160],
    ['repeated', 'COMPLETE', 'COMMITTED', 1_290],
  ])('says of the order %s what the table has: %s, %s', async (name, status, reservation, amount) => {
    const { aws, resources } = offline.endpoints;
    const client = new DynamoDBClient({
      endpoint: aws,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { id: orderId, ...said } = dataOf<{ id: string; status: string; total: number }>(name);
    const recordOf = async (record: string) => {
      const get = new GetCommand({ TableName: resources.OrdersTable, Key: { orderId, record } });
      return (await DynamoDBDocumentClient.from(client).send(get)).Item;
    };
    expect(said).toMatchObject({ status, total: amount });
    expect(await recordOf('order')).toMatchObject({ status, total: { amount } });
    expect(await recordOf('reservation')).toMatchObject({ state: reservation });
    client.destroy();
  });

  it('leaves the cloud as it was, without the fault', async () => {
    expect(dataOf('running')).toMatchObject({ isOwnCloud: false, http: offline.endpoints.http });
    expect(await askControl(offline.endpoints.aws, 'GET', 'faults')).toMatchObject({ rules: [] });
  });

  it('claims what the README shows of it', () => {
    const [, shown = ''] = /## See it work[\s\S]*?```text\n([\s\S]*?)```/.exec(
      readFileSync(join(root, 'README.md'), 'utf8'),
    ) ?? [''];
    const claims = told.flatMap(({ title, checks }) => [title, ...checks.map(({ claim }) => claim)]);
    const lines = [...shown.matchAll(/^ *(?:✓|\d+\.) (.*)$/gm)].map(([, line]) => line);
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line = '') => !claims.includes(line))).toEqual([]);
  });
});
