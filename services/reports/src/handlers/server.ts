import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { InvalidInput, NotFound, ShopError } from '../../../../shared/errors.ts';
import { logger } from '../../../../shared/logger.ts';
import { correlationIdOf } from '../../../../shared/middleware/http-event.ts';
import { problemOf } from '../../../../shared/middleware/problem.ts';
import { shaped } from '../../../../shared/middleware/shape.ts';
import { authorize, type VerifyToken } from '../domain/access.ts';
import type { ReportRequest, Route } from './route.ts';

declare global {
  interface JSON {
    /** Not in the library of TypeScript yet. https://github.com/tc39/proposal-json-parse-with-source */
    rawJSON(text: string): unknown;
  }
}

interface ServerDependencies {
  readonly routes: readonly Route[];
  readonly verifyToken: VerifyToken;
  readonly newId: () => string;
}

/** In milliseconds. A connection outlives the load balancer's idea of an idle one, which is 60 s. */
const KEEP_ALIVE_TIMEOUT = 75_000;
/** Until a request has come in whole. */
const REQUEST_TIMEOUT = 10_000;

const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
};

/** The HTTP server of the container, not listening yet. Answers are JSON, errors problem+json (RFC 9457). */
export function server({ routes, verifyToken, newId }: ServerDependencies): FastifyInstance {
  const app = fastify({
    bodyLimit: 1_024,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    forceCloseConnections: 'idle',
    genReqId: newId,
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  });

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...headers, 'x-correlation-id': correlationOf(request) });
  });
  app.addHook('onResponse', async (request, reply) => {
    const { url } = request.routeOptions;
    // Probes come every few seconds.
    const level = url === '/health' || url === '/ready' ? 'debug' : 'info';
    logger[level]('Request answered.', {
      requestId: request.id,
      correlationId: correlationOf(request),
      route: url && `${request.method} ${url}`,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
    });
  });
  // Otherwise a connection whose last request is answered now would be kept for more that never come.
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
  app.setErrorHandler(refuse);
  app.setNotFoundHandler(() => {
    throw new NotFound('There is no such route.');
  });
  app.setReplySerializer(jsonText);

  for (const { path, scope, contract, respond } of routes) {
    app.get(path, async (request, reply) => {
      if (scope) await authorize(verifyToken, request.headers.authorization, scope);
      const { status, json } = await respond(validated(contract, request));
      return reply.code(status).type('application/json').send(json);
    });
  }
  return app;
}

/** @throws InvalidInput with every field that is wrong */
function validated(
  contract: Route['contract'],
  { params, query }: FastifyRequest,
): ReportRequest<unknown, unknown> {
  const path = contract.path && shaped(contract.path, params);
  const search = contract.query && shaped(contract.query, { ...(query as object) });
  const wrong = [
    ...(path && 'wrong' in path ? path.wrong.map((field) => ({ in: 'path' as const, ...field })) : []),
    ...(search && 'wrong' in search ? search.wrong.map((field) => ({ in: 'query' as const, ...field })) : []),
  ];
  if (wrong.length > 0) throw new InvalidInput('The request is not valid.', wrong);
  return {
    path: path && 'output' in path ? path.output : undefined,
    query: search && 'output' in search ? search.output : undefined,
  };
}

/** The only place where an error becomes an answer. */
function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const { problem, retryAfterSeconds } = problemOf(named(error), request.id);
  if (problem.status >= 500) {
    logger.error('The request failed.', { requestId: request.id, error: error as Error });
  }
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (problem.status === 403) reply.header('www-authenticate', 'Bearer error="insufficient_scope"');
  return reply.code(problem.status).type('application/problem+json').send(problem);
}

/** Fastify refuses what is not HTTP as it should be with errors of its own. */
function named(error: unknown): unknown {
  if (error instanceof ShopError || !(error instanceof Error) || !('statusCode' in error)) return error;
  return Number(error.statusCode) < 500
    ? new InvalidInput('The request is malformed.', [], { cause: error })
    : error;
}

const correlationOf = ({ headers: given, id }: FastifyRequest) =>
  correlationIdOf({ headers: given, requestContext: { requestId: id } });

const jsonText = (payload: unknown) =>
  JSON.stringify(payload, (_, value: unknown) =>
    typeof value === 'bigint' ? JSON.rawJSON(String(value)) : value,
  );
