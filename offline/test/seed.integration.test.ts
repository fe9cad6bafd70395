import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { seed } from '../seed/seed.ts';
import { type Call, dynamoDbClient } from '../services/dynamodb/client.ts';
import { type LocalCloud, startLocalCloud } from '../testing/local-cloud.ts';

let cloud: LocalCloud;
let call: Call;
beforeAll(async () => {
  cloud = await startLocalCloud();
  call = dynamoDbClient(cloud.endpoint, 'eu-west-1');
});
afterAll(() => cloud.stop());

const TableName = () => cloud.resources.ItemsTable ?? '';
const scan = () =>
  call<{ Items: Record<string, Record<string, unknown>>[] }>('Scan', { TableName: TableName() });

it('fills an empty catalogue, each item as the items service stores it, and leaves others alone', async () => {
  await seed(call, cloud.resources);
  const { Items } = await scan();
  expect(Items).toHaveLength(24);
  expect(new Set(Items.map(({ category }) => category?.S)).size).toBe(5);
  expect(Items.every(({ attributes }) => attributes?.M !== undefined)).toBe(true);
  expect(Items.find(({ sku }) => sku?.S === 'BRW-GRI-C2')).toEqual({
    id: { S: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/) },
    sku: { S: 'BRW-GRI-C2' },
    name: { S: 'Hand grinder, steel burrs' },
    description: { S: '38 clicks from espresso to French press.' },
    category: { S: 'brewing' },
    price: { M: { amount: { N: '8900' }, currency: { S: 'EUR' } } },
    stock: { N: '9' },
    attributes: { M: { burrs: { S: 'conical steel' }, capacityGrams: { N: '25' } } },
    version: { N: '1' },
    createdAt: { S: '2026-01-08T21:12:12.000Z' },
    updatedAt: { S: '2026-01-08T21:12:12.000Z' },
  });

  const [first] = Items;
  for (const { id } of Items.slice(1)) await call('DeleteItem', { TableName: TableName(), Key: { id } });
  await seed(call, cloud.resources);
  expect((await scan()).Items).toEqual([first]);
});
