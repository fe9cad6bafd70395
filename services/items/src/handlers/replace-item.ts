import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { httpHandler } from '../../../../shared/middleware/http.ts';
import { itemsTable } from '../adapters/items-table.ts';
import { replacing } from '../domain/item-changes.ts';
import { changeItem } from './change-item.ts';
import { replaceItemContract } from './contracts.ts';

export const respondWith = changeItem(replacing);

const { ITEMS_TABLE } = readEnv(['ITEMS_TABLE']);

export const handler = httpHandler(
  replaceItemContract,
  respondWith({ catalogue: itemsTable(documents, ITEMS_TABLE), now: () => new Date() }),
);
