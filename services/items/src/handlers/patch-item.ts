import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { httpHandler } from '../../../../shared/middleware/http.ts';
import { itemsTable } from '../adapters/items-table.ts';
import { patching } from '../domain/item-changes.ts';
import { changeItem } from './change-item.ts';
import { patchItemContract } from './contracts.ts';

export const respondWith = changeItem(patching);

const { ITEMS_TABLE } = readEnv(['ITEMS_TABLE']);

export const handler = httpHandler(
  patchItemContract,
  respondWith({ catalogue: itemsTable(documents, ITEMS_TABLE), now: () => new Date() }),
);
