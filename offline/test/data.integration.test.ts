import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { dynamoDbClient } from '../services/dynamodb/client.ts';
import { trimStreamRecords } from '../services/dynamodb/database.ts';
import { startLocalCloud } from '../testing/local-cloud.ts';
import { startOffline } from '../testing/offline.ts';
import { fixtureApplication } from './fixture.ts';
import { commandOf, descendants, isRunning, until, untilSilent } from './processes.ts';

jest.setTimeout(60_000);

const data = mkdtempSync(join(tmpdir(), 'data-'));
const application = fixtureApplication();
afterAll(() => {
  rmSync(data, { recursive: true });
  application.remove();
});

describe('a data folder', () => {
  const start = () => startOffline({ folder: application.folder, args: ['--data', data] });

  it('has every write that was acknowledged before kill -9, which leaves no process, and keeps tokens valid', async () => {
    const first = await start();
    const call = dynamoDbClient(first.endpoints.aws, 'eu-west-1');
    const acknowledged: string[] = [];
    let isAlive = true;
    const write = async (writer: number) => {
      for (let count = 0; isAlive; count += 1) {
        const id = `${writer}-${count}`;
        const done = call('PutItem', { TableName: 'rows-dev', Item: { id: { S: id } } });
        if (
          await done.then(
            () => true,
            () => false,
          )
        )
          acknowledged.push(id);
        else isAlive = false;
        if (acknowledged.length === 500) void first.kill9();
      }
    };
    const children = descendants(first.pid);
    expect(children.map(commandOf)).toContain('dynoxide');
    const keys = await (await fetch(`${first.endpoints.issuer}/jwks`)).json();
    await Promise.all([0, 1, 2, 3].map(write));
    expect(acknowledged.length).toBeGreaterThanOrEqual(500);

    await untilSilent([first.endpoints.http, first.endpoints.aws, first.endpoints.issuer]);
    await until(() => !children.some(isRunning));

    const second = await start();
    const again = dynamoDbClient(second.endpoints.aws, 'eu-west-1');
    const { Items } = await again<{ Items: { id: { S: string } }[] }>('Scan', { TableName: 'rows-dev' });
    const found = new Set(Items.map(({ id }) => id.S));
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    expect(await (await fetch(`${second.endpoints.issuer}/jwks`)).json()).toEqual(keys);

    await expect(startLocalCloud({ data, resources: {} })).rejects.toThrow(
      `The data folder ${join(data, 'dynamodb')} cannot be used: it is in use by another local cloud.`,
    );
    await second.stop();
  });
});

describe('stream records', () => {
  const resources = {
    Resources: {
      Rows: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'streamed',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
        },
      },
    },
  };
  const folder = join(data, 'streams');
  const file = join(folder, 'dynamodb/dynamodb.sqlite');

  it('are found by an index at each write, and dropped after a day but for the newest', async () => {
    const cloud = await startLocalCloud({ data: folder, resources });
    const call = dynamoDbClient(cloud.endpoint, 'eu-west-1');
    for (const id of ['1', '2', '3'])
      await call('PutItem', { TableName: 'streamed', Item: { id: { S: id } } });
    await cloud.stop();

    const database = new DatabaseSync(file);
    const query =
      'SELECT MAX(CAST(sequence_number AS INTEGER)) AS newest FROM _stream_records WHERE table_name = ?';
    const plan = JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${query}`).all('streamed'));
    expect(plan).toContain('USING COVERING INDEX local_cloud_sequence');
    const count = () => database.prepare('SELECT COUNT(*) AS records FROM _stream_records').get();
    const now = Date.now() / 1_000;
    trimStreamRecords(file, now + 86_000);
    expect(count()).toMatchObject({ records: 3 });
    trimStreamRecords(file, now + 87_000);
    expect(count()).toMatchObject({ records: 1 });
    expect(database.prepare(query).get('streamed')).toMatchObject({ newest: 3 });
    database.close();
  });
});
