import middy from '@middy/core';
import express from 'express';
import serverless from 'serverless-http';
import * as z from 'zod/mini';
import { createItemContract, oneItemContract } from '../../services/items/src/handlers/contracts.ts';
import { lamp } from '../../services/items/test/lamp.ts';
import { logger } from '../../shared/logger.ts';
import { httpHandler } from '../../shared/middleware/http.ts';
import { httpEvent, jsonEvent, lambdaContext } from '../../shared/testing/http-event.ts';

/** One way to answer the same request, with the log line of our stack or without. */
export interface Variant {
  readonly name: string;
  readonly logs: boolean;
  readonly request: () => Promise<unknown>;
}

const { version: _, createdAt: __, updatedAt: ___, ...draft } = lamp;
const body = JSON.stringify(draft);
// Made anew for every request, as Lambda does: middlewares write into it.
const get = () => httpEvent({ routeKey: 'GET /items/{id}', pathParameters: { id: lamp.id } });
const post = () => jsonEvent('POST /items', body, { rawPath: '/items' });

const bare = async (_event: unknown) => ({ statusCode: 201, body: JSON.stringify(lamp) });
const middyAlone = middy(bare);
const stackWithoutBody = httpHandler(oneItemContract, async () => ({ status: 200, json: lamp }));
const stackWithBody = httpHandler(createItemContract, async () => ({ status: 201, json: lamp }));

const app = express();
app.use(express.json());
app.post('/items', (request, response) => {
  const checked = z.safeParse(createItemContract.body, request.body);
  if (checked.success) response.status(201).json(lamp);
  else response.status(400).json({ errors: checked.error.issues });
});
const behindServerlessHttp = serverless(app);

/** The first is the floor, the last is what many have; the others are seen against both. */
export const variants: readonly Variant[] = [
  { name: 'bare handler', logs: false, request: () => bare(post()) },
  { name: 'middy alone', logs: false, request: () => middyAlone(post(), lambdaContext) },
  { name: 'our stack, no body, silent', logs: false, request: () => stackWithoutBody(get(), lambdaContext) },
  { name: 'our stack, no body', logs: true, request: () => stackWithoutBody(get(), lambdaContext) },
  {
    name: 'our stack, validated body, silent',
    logs: false,
    request: () => stackWithBody(post(), lambdaContext),
  },
  { name: 'our stack, validated body', logs: true, request: () => stackWithBody(post(), lambdaContext) },
  {
    name: 'Express, validated body',
    logs: false,
    request: async () => behindServerlessHttp(post(), lambdaContext),
  },
];

export function setLogging(on: boolean): void {
  logger.setLogLevel(on ? 'INFO' : 'SILENT');
}
