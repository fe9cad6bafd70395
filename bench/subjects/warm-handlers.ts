import { Router } from '@aws-lambda-powertools/event-handler/http';
import middy from '@middy/core';
import express from 'express';
import { Hono } from 'hono';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import serverless from 'serverless-http';
import * as z from 'zod/mini';
import { createItemContract, oneItemContract } from '../../services/items/src/handlers/contracts.ts';
import { lamp } from '../../services/items/test/lamp.ts';
import { logger } from '../../shared/logger.ts';
import { httpHandler, httpMiddlewares } from '../../shared/middleware/http.ts';
import { httpEvent, jsonEvent, lambdaContext } from '../../shared/testing/http-event.ts';

/** One way to answer the same request, with the log line of our stack or without. */
export interface Variant {
  readonly name: string;
  /** `middleware` has one of ours within middy, and nothing else. */
  readonly kind: 'floor' | 'middy' | 'middleware' | 'ours' | 'rival';
  readonly logs: boolean;
  readonly request: () => Promise<unknown>;
}

const { version: _, createdAt: __, updatedAt: ___, ...draft } = lamp;
const body = JSON.stringify(draft);
// Made anew for every request, as Lambda does: middlewares write into it.
const get = () => httpEvent({ routeKey: 'GET /items/{id}', pathParameters: { id: lamp.id } });
const post = () => jsonEvent('POST /items', body, { rawPath: '/items' });
/** As the body parser leaves it. */
const parsed = () => ({ ...post(), body: draft });

const bare = async (_event: unknown) => ({ statusCode: 201, body: JSON.stringify(lamp) });
const middyAlone = middy(bare);
const stackWithoutBody = httpHandler(oneItemContract, async () => ({ status: 200, json: lamp }));
const stackWithBody = httpHandler(createItemContract, async () => ({ status: 201, json: lamp }));

const eachAlone = Object.entries(httpMiddlewares(createItemContract)).map(([name, middleware]): Variant => {
  const handler = middy(bare).use(middleware);
  const event = name === 'validate' ? parsed : post;
  return {
    name: `middy with ${name}`,
    kind: 'middleware',
    logs: false,
    request: () => handler(event(), lambdaContext),
  };
});

function checked(input: unknown): { status: 201 | 400; json: object } {
  const draft = z.safeParse(createItemContract.body, input);
  return draft.success ? { status: 201, json: lamp } : { status: 400, json: { errors: draft.error.issues } };
}

const hono = new Hono();
hono.post('/items', async (context) => {
  const { status, json } = checked(await context.req.json());
  return context.json(json, status);
});
const onHono = handle(hono);

const powertools = new Router();
powertools.post('/items', async ({ req }) => {
  const { status, json } = checked(await req.json());
  return Response.json(json, { status });
});

const app = express();
app.use(express.json());
app.post('/items', (request, response) => {
  const { status, json } = checked(request.body);
  response.status(status).json(json);
});
const behindServerlessHttp = serverless(app);

/** All are seen against the floor and against the last, which is what many have. */
export const variants: readonly Variant[] = [
  { name: 'bare handler', kind: 'floor', logs: false, request: () => bare(post()) },
  { name: 'middy alone', kind: 'middy', logs: false, request: () => middyAlone(post(), lambdaContext) },
  ...eachAlone,
  {
    name: 'our stack, no body, silent',
    kind: 'ours',
    logs: false,
    request: () => stackWithoutBody(get(), lambdaContext),
  },
  {
    name: 'our stack, no body',
    kind: 'ours',
    logs: true,
    request: () => stackWithoutBody(get(), lambdaContext),
  },
  {
    name: 'our stack, validated body, silent',
    kind: 'ours',
    logs: false,
    request: () => stackWithBody(post(), lambdaContext),
  },
  {
    name: 'our stack, validated body',
    kind: 'ours',
    logs: true,
    request: () => stackWithBody(post(), lambdaContext),
  },
  {
    name: 'Powertools event handler, validated body',
    kind: 'rival',
    logs: false,
    request: () => powertools.resolve(post(), lambdaContext),
  },
  {
    name: 'Hono, validated body',
    kind: 'rival',
    logs: false,
    request: () => onHono(post() as unknown as LambdaEvent),
  },
  {
    name: 'Express, validated body',
    kind: 'rival',
    logs: false,
    request: async () => behindServerlessHttp(post(), lambdaContext),
  },
];

export function setLogging(on: boolean): void {
  logger.setLogLevel(on ? 'INFO' : 'SILENT');
}
