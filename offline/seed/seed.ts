import { readFileSync } from 'node:fs';
import { isRecord } from '../cloudformation/template.ts';
import type { Call } from '../services/dynamodb/client.ts';

/** Which file fills which table; one BatchWriteItem takes 25 items at most. */
const SEEDS = [{ logicalId: 'ItemsTable', file: 'items.json' }];

/** Gives every seeded table that is declared and empty its first items; `tables` by logical id. */
export async function seed(call: Call, tables: Readonly<Record<string, string>>): Promise<void> {
  for (const { logicalId, file } of SEEDS) {
    const tableName = tables[logicalId];
    if (tableName === undefined) continue;
    const { Count } = await call<{ Count: number }>('Scan', { TableName: tableName, Limit: 1 });
    if (Count > 0) continue;
    const items = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as object[];
    const requests = items.map((item) => ({ PutRequest: { Item: attributes(item) } }));
    await call('BatchWriteItem', { RequestItems: { [tableName]: requests } });
  }
}

function attributes(item: object): Record<string, object> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeValue(value)]));
}

function attributeValue(value: unknown): object {
  if (isRecord(value)) return { M: attributes(value) };
  if (typeof value === 'number') return { N: String(value) };
  return typeof value === 'boolean' ? { BOOL: value } : { S: String(value) };
}
