import express from 'express';
import serverless from 'serverless-http';
import { readItem } from './item-reader.ts';

const app = express();

app.get('/items/:id', async (request, response) => {
  const { status, json } = await readItem(request.params);
  response.status(status).json(json);
});

/** What `getItem` does, the way many have it: Express behind serverless-http. */
export const handler = serverless(app);
