import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { readItem } from './item-reader.ts';

const app = new Hono();

app.get('/items/:id', async (context) => {
  const { status, json } = await readItem(context.req.param());
  return context.json(json, status);
});

/** What `getItem` does, by Hono. */
export const handler = handle(app);
