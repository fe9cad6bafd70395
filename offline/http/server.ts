import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isOfConsole } from '../console/index.ts';
import { LocalCloudError, messageOf } from '../errors.ts';
import type { FunctionError } from '../lambda/function-error.ts';
import type { LambdaRunner } from '../lambda/runner.ts';
import type { InvocationLog } from '../log.ts';
import { type Serving, serve } from '../serve.ts';
import { type Authorizer, authorize } from './authorizer.ts';
import { type Cors, corsHeaders } from './cors.ts';
import { eventOf, type HttpRequest, type JwtAuthorizer } from './event.ts';
import { type HttpResponse, message, responseOf } from './response.ts';
import { type Match, matchRoute, type Route } from './routes.ts';

export interface HttpApi {
  readonly routes: readonly Route[];
  readonly authorizers: ReadonlyMap<string, Authorizer>;
  readonly cors: Cors | undefined;
  readonly runner: LambdaRunner;
  readonly log: InvocationLog;
  /** Answers below `/console` what no route takes. */
  readonly console: RequestListener;
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_HEADER_BYTES = 10_240;

/** Serves the API as an HTTP API of API Gateway would. */
export async function startHttpApi(port: number, api: HttpApi): Promise<Serving> {
  for (const { functionKey, authorizer } of api.routes) {
    if (authorizer && !api.authorizers.has(authorizer.name)) {
      throw new LocalCloudError(`function ${functionKey}: there is no authorizer "${authorizer.name}".`);
    }
  }
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '/' } = request;
    if (isOfConsole(url) && !findRoute(api.routes, method, url)) {
      api.console(request, response);
      return;
    }
    const requestId = randomBytes(11).toString('base64');
    try {
      send(request, response, await respond(api, request, requestId), requestId, api.cors);
    } catch (error) {
      // A caller that went away, or a header that cannot be sent.
      console.error(`requestId=${requestId} ${messageOf(error)}`);
      if (!response.headersSent) response.writeHead(INTERNAL.status, INTERNAL.headers).end(INTERNAL.body);
    }
  };
  return serve(port, listener, { maxHeaderSize: MAX_HEADER_BYTES });
}

async function respond(api: HttpApi, incoming: IncomingMessage, requestId: string): Promise<HttpResponse> {
  const receivedAt = Date.now();
  const { method = '', url = '/', headers } = incoming;
  const match = findRoute(api.routes, method, url);
  if (match === 'malformed') return message(400, 'Bad Request');
  if (!match) {
    if (method === 'OPTIONS' && api.cors) return { status: 204, headers: {}, body: Buffer.alloc(0) };
    return message(404, 'Not Found');
  }
  const admitted = await admit(api, match, headers);
  if (admitted && 'status' in admitted) return admitted;

  const body = await read(incoming);
  if (!body) return TOO_LARGE;
  const request: HttpRequest = {
    method,
    target: url,
    rawHeaders: incoming.rawHeaders,
    remoteAddress: incoming.socket.remoteAddress ?? '',
    localPort: incoming.socket.localPort ?? 0,
    body,
    requestId,
    receivedAt,
  };
  const { functionKey, routeKey } = match.route;
  const invoked = await api.runner.invoke(functionKey, eventOf(request, match, admitted));
  const answer = 'payload' in invoked ? responseOf(JSON.parse(invoked.payload)) : failure(invoked.error);
  api.log({ functionKey, trigger: routeKey, status: answer.status, invoked });
  return answer;
}

function findRoute(routes: readonly Route[], method: string, url: string): Match | undefined | 'malformed' {
  try {
    return matchRoute(routes, method, url.split('?')[0] ?? '/');
  } catch {
    return 'malformed';
  }
}

async function admit(
  { authorizers }: HttpApi,
  { route }: Match,
  headers: IncomingMessage['headers'],
): Promise<JwtAuthorizer | HttpResponse | undefined> {
  if (!route.authorizer) return undefined;
  const authorizer = authorizers.get(route.authorizer.name);
  if (!authorizer) throw new Error(`There is no authorizer "${route.authorizer.name}".`);
  return authorize(authorizer, headers[authorizer.header]?.toString(), route.authorizer.scopes);
}

/** The whole body, or nothing when it is too large; it is read to its end, or the caller would not see the answer. */
async function read(incoming: IncomingMessage): Promise<Buffer | undefined> {
  let chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks = [];
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}

const INTERNAL = message(500, 'Internal Server Error');
const TOO_LARGE = message(413, 'Request Entity Too Large');

function failure({ errorType }: FunctionError): HttpResponse {
  if (errorType === 'Sandbox.Timedout') return message(503, 'Service Unavailable');
  return errorType === 'RequestTooLargeException' ? TOO_LARGE : INTERNAL;
}

/** CORS headers are the API's alone: it drops those that a function sends. */
function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: HttpResponse,
  requestId: string,
  cors: Cors | undefined,
): void {
  const isBodiless = status === 204 || status === 304;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    if (cors && name.startsWith('access-control-')) continue;
    if (name === 'content-length' || name === 'transfer-encoding') continue;
    if (isBodiless && name === 'content-type') continue;
    response.setHeader(name, value);
  }
  if (cors) {
    for (const [name, value] of Object.entries(
      corsHeaders(cors, request.headers.origin, request.method === 'OPTIONS'),
    )) {
      if (name === 'vary') response.appendHeader(name, value);
      else response.setHeader(name, value);
    }
  }
  response.setHeader('apigw-requestid', requestId);
  response.end(isBodiless ? undefined : body);
}
