import { Router } from '@aws-lambda-powertools/event-handler/http';
import type { Context } from 'aws-lambda';
import { readItem } from './item-reader.ts';

const app = new Router();

app.get('/items/:id', async ({ params }) => {
  const { status, json } = await readItem(params);
  return Response.json(json, { status });
});

/** What `getItem` does, by the event handler of Powertools. */
export const handler = async (event: unknown, context: Context) => app.resolve(event, context);
