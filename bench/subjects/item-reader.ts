import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { itemsTable } from '../../services/items/src/adapters/items-table.ts';
import { oneItemContract } from '../../services/items/src/handlers/contracts.ts';
import { readEnv } from '../../shared/env.ts';

const { ITEMS_TABLE } = readEnv(['ITEMS_TABLE']);
const catalogue = itemsTable(DynamoDBDocumentClient.from(new DynamoDBClient()), ITEMS_TABLE);

export interface Reply {
  readonly status: 200 | 400 | 404;
  readonly json: object;
}

/** What `getItem` does for a request, for the frameworks that are measured beside it. */
export async function readItem(parameters: unknown): Promise<Reply> {
  const path = z.safeParse(oneItemContract.path, parameters);
  if (!path.success) return { status: 400, json: { title: 'Invalid input', errors: path.error.issues } };
  const item = await catalogue.find(path.data.id);
  return item ? { status: 200, json: item } : { status: 404, json: { title: 'Not found' } };
}
