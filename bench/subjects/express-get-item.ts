import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import express from 'express';
import serverless from 'serverless-http';
import * as z from 'zod/mini';
import { itemsTable } from '../../services/items/src/adapters/items-table.ts';
import { oneItemContract } from '../../services/items/src/handlers/contracts.ts';
import { readEnv } from '../../shared/env.ts';

const { ITEMS_TABLE } = readEnv(['ITEMS_TABLE']);
const catalogue = itemsTable(DynamoDBDocumentClient.from(new DynamoDBClient()), ITEMS_TABLE);

const app = express();

app.get('/items/:id', async (request, response) => {
  const path = z.safeParse(oneItemContract.path, request.params);
  if (!path.success) {
    response.status(400).json({ title: 'Invalid input', errors: path.error.issues });
    return;
  }
  const item = await catalogue.find(path.data.id);
  if (item) response.json(item);
  else response.status(404).json({ title: 'Not found' });
});

/** What `getItem` does, the way many have it: Express behind serverless-http. */
export const handler = serverless(app);
