import middy, { type MiddlewareObj } from '@middy/core';
import httpCors from '@middy/http-cors';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { readEnv } from '../env.ts';
import { bodyGuard, refuseForbiddenKeys } from './body-guard.ts';
import { errorEdge } from './error-edge.ts';
import type { HttpEvent } from './http-event.ts';
import { requestLog } from './request-log.ts';
import { type HttpContract, type HttpRequest, validate, validated } from './validate.ts';

export type { HttpContract, HttpRequest } from './validate.ts';

/** What a handler answers: a JSON body, or an asset as it is, or nothing. */
export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: object;
  readonly asset?: { readonly content: string; readonly encoding: 'utf8' | 'base64' };
}

/** A Lambda handler that shows its contract, so that the API's document can be held against it. */
export interface HttpHandler {
  (event: HttpEvent, context: Context): Promise<APIGatewayProxyStructuredResultV2>;
  readonly contract: HttpContract<unknown, unknown, unknown>;
}

/**
 * Wraps a pure `respond` in the middleware that every route shares.
 *
 * Requests pass from top to bottom, answers and errors from bottom to top:
 *
 * 1. the log is outermost, so that it sees the answer as it leaves and the correlation id is there for all below;
 * 2. security headers and CORS stand outside the error edge, so that refusals carry them too;
 * 3. the error edge turns everything thrown below it into problem+json;
 * 4. header names are made lower-case before anything reads one;
 * 5. the body's media type, size and encoding are checked before it is parsed, and its shape after;
 * 6. `respond` gets only what its contract lets through.
 */
export function httpHandler<Path, Query, Body>(
  contract: HttpContract<Path, Query, Body>,
  respond: (request: HttpRequest<Path, Query, Body>) => Promise<HttpResponse>,
): HttpHandler {
  const stack = middy(async (event: HttpEvent, context: Context) =>
    toResult(await respond(validated<Path, Query, Body>(event, context))),
  ).use(Object.values(httpMiddlewares(contract)));
  return Object.assign(stack as unknown as Omit<HttpHandler, 'contract'> & (() => never), { contract });
}

/** The middlewares of a route by name, from the outermost to the innermost. */
export function httpMiddlewares(
  contract: HttpContract<unknown, unknown, unknown>,
): Readonly<Record<string, MiddlewareObj>> {
  const { ALLOWED_ORIGINS } = readEnv(['ALLOWED_ORIGINS']);

  return {
    requestLog: requestLog(),
    securityHeaders: httpSecurityHeaders(securityHeaders),
    contentSecurityPolicy: contentSecurityPolicy(contract.contentSecurityPolicy),
    cors: httpCors({
      origins: ALLOWED_ORIGINS.split(',').map((origin) => origin.trim()),
      exposeHeaders: 'etag, location, retry-after, x-correlation-id',
    }),
    errorEdge: errorEdge(),
    headerNormalizer: httpHeaderNormalizer(),
    ...(contract.body && {
      bodyGuard: bodyGuard(contract.mediaTypes),
      jsonBodyParser: httpJsonBodyParser({ reviver: refuseForbiddenKeys, disableContentTypeCheck: true }),
    }),
    validate: validate(contract),
  } as Readonly<Record<string, MiddlewareObj>>;
}

function toResult({ status, headers, json, asset }: HttpResponse): APIGatewayProxyStructuredResultV2 {
  const body = asset?.content ?? (json && JSON.stringify(json));
  return {
    statusCode: status,
    headers: { ...(json && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body }),
    ...(asset && { isBase64Encoded: asset.encoding === 'base64' }),
  };
}

const securityHeaders = {
  // Written by contentSecurityPolicy below: the middleware knows one policy for all answers.
  contentSecurityPolicy: false,
  strictTransportSecurity: { maxAge: 365 * 24 * 60 * 60, includeSubDomains: true, preload: false },
  crossOriginEmbedderPolicy: false,
  dnsPrefetchControl: false,
  downloadOptions: false,
  originAgentCluster: false,
  permissionsPolicy: false,
  permittedCrossDomainPolicies: false,
  reportTo: false,
};

/** An answer of an API is no page: it may load nothing and stand in no frame. A page brings its own policy. */
function contentSecurityPolicy(
  policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
): MiddlewareObj<HttpEvent, APIGatewayProxyStructuredResultV2> {
  const set = ({ response }: { response: APIGatewayProxyStructuredResultV2 | null | undefined }) => {
    if (response) response.headers = { ...response.headers, 'content-security-policy': policy };
  };
  return { after: set, onError: set };
}
