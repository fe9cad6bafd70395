import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type WebSocket, WebSocketServer } from 'ws';
import { refuse } from '../aws/unsupported.ts';
import { ACCOUNT_ID } from '../cloudformation/intrinsics.ts';
import { isRecord } from '../cloudformation/template.ts';
import { LocalCloudError, messageOf } from '../errors.ts';
import type { LambdaRunner } from '../lambda/runner.ts';
import type { InvocationLog } from '../log.ts';
import { type Serving, serve } from '../serve.ts';
import { allowedContext, type Connection, connectionOf, eventOf, openingOf } from './event.ts';
import type { WebSocketRoute } from './routes.ts';

export interface WebSocketApi {
  readonly routes: ReadonlyMap<string, WebSocketRoute>;
  readonly stage: string;
  readonly region: string;
  readonly runner: Pick<LambdaRunner, 'has' | 'invoke'>;
  readonly log: InvocationLog;
  /** After which a connection without a message either way is closed. */
  readonly idleMs?: number;
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
const MAX_MESSAGE_BYTES = 128 * 1024;
const IDLE_MS = 10 * 60 * 1_000;

const CLOSED = { goingAway: 1_001, unsupportedData: 1_003 };

interface Open {
  readonly connection: Connection;
  readonly socket: WebSocket;
  lastActiveAt: number;
}

/** A refused opening, by the status that it is answered with. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(STATUS_CODES[status]);
    this.status = status;
  }
}

/** Serves the API as a WebSocket API of API Gateway would, and below `/@connections/` what functions send. */
export async function startWebSocketApi(port: number, api: WebSocketApi): Promise<Serving> {
  for (const { functionKey, authorizer } of api.routes.values()) {
    if (authorizer && !api.runner.has(authorizer.functionKey)) {
      throw new LocalCloudError(
        `function ${functionKey}: there is no function "${authorizer.functionKey}" to authorize it.`,
      );
    }
  }
  const connections = new Map<string, Open>();
  const serving = await serve(
    port,
    (request, response) => {
      manage(connections, request, response).catch((error: unknown) => {
        console.error(`WebSocket API: ${messageOf(error)}`);
        response.writeHead(500).end();
      });
    },
    {},
    (request, socket, head) => {
      // A client may be gone before it is answered.
      socket.on('error', () => socket.destroy());
      open(api, connections, request, socket, head).catch((error: unknown) => {
        if (!(error instanceof Refused)) console.error(`WebSocket API: ${messageOf(error)}`);
        turnAway(socket, error instanceof Refused ? error.status : 500);
      });
    },
  );
  return {
    url: serving.url.replace(/^http/, 'ws'),
    close() {
      for (const { socket } of connections.values()) socket.close(CLOSED.goingAway, 'Going away');
      serving.close();
    },
  };
}

function turnAway(socket: Duplex, status: number): void {
  const body = JSON.stringify({ message: STATUS_CODES[status] });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

/** @throws Refused */
async function open(
  api: WebSocketApi,
  connections: Map<string, Open>,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const opening = connectionOf(request, api.stage, Date.now());
  const authorizer = await authorize(api, opening, request);
  const connection = { ...opening, ...(authorizer && { authorizer }) };
  const answer = await connect(api, connection, request);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: () => answer.protocol ?? false,
  });
  server.handleUpgrade(request, socket, head, (webSocket) => follow(api, connections, connection, webSocket));
}

/** What the authorizer of `$connect` says of the connection, if there is one. @throws Refused */
async function authorize(api: WebSocketApi, connection: Connection, request: IncomingMessage) {
  const { authorizer } = api.routes.get('$connect') ?? {};
  if (!authorizer) return undefined;
  if (authorizer.headers.some((name) => !request.headers[name.toLowerCase()])) throw new Refused(401);
  const methodArn = `arn:aws:execute-api:${api.region}:${ACCOUNT_ID}:local/${api.stage}/$connect`;
  const event = {
    type: 'REQUEST',
    methodArn,
    ...openingOf(request),
    ...eventOf(connection, '$connect', 'CONNECT'),
  };
  const invoked = await api.runner.invoke(authorizer.functionKey, event);
  const refusedAs = (status: number) => {
    api.log({ functionKey: authorizer.functionKey, trigger: '$connect', status, invoked });
    return new Refused(status);
  };
  if ('error' in invoked) throw refusedAs(invoked.error.errorMessage === 'Unauthorized' ? 401 : 500);
  const context = allowedContext(JSON.parse(invoked.payload), methodArn);
  if (!context) throw refusedAs(403);
  api.log({ functionKey: authorizer.functionKey, trigger: '$connect', status: 200, invoked });
  return context;
}

/** Asks the function of `$connect`, if there is one, whether the client may connect, and by which protocol. @throws Refused */
async function connect(
  api: WebSocketApi,
  connection: Connection,
  request: IncomingMessage,
): Promise<{ readonly protocol?: string | undefined }> {
  const answer = await run(api, '$connect', eventOf(connection, '$connect', 'CONNECT', openingOf(request)));
  if (answer === undefined) return {};
  const { statusCode, headers } = answer;
  if (statusCode < 200 || statusCode > 299) throw new Refused(statusCode);
  const protocol = Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol');
  return { protocol: protocol && String(protocol[1]) };
}

function follow(
  api: WebSocketApi,
  connections: Map<string, Open>,
  connection: Connection,
  socket: WebSocket,
): void {
  const open: Open = { connection, socket, lastActiveAt: Date.now() };
  connections.set(connection.id, open);
  const { idleMs = IDLE_MS } = api;
  const watch = setInterval(() => {
    if (Date.now() - open.lastActiveAt >= idleMs) socket.close(CLOSED.goingAway, 'Going away');
  }, idleMs / 10).unref();
  socket.on('error', () => socket.terminate());
  socket.on('message', (data, isBinary) => {
    open.lastActiveAt = Date.now();
    if (isBinary) socket.close(CLOSED.unsupportedData, 'Unsupported data');
    else void answerMessage(api, open, String(data));
  });
  socket.on('close', (code, reason) => {
    clearInterval(watch);
    connections.delete(connection.id);
    const context = { disconnectStatusCode: code, disconnectReason: String(reason) };
    run(api, '$disconnect', eventOf(connection, '$disconnect', 'DISCONNECT', { context })).catch(
      () => undefined,
    );
  });
}

async function answerMessage(api: WebSocketApi, { connection, socket }: Open, body: string): Promise<void> {
  const action = actionOf(body);
  const route = (action && !action.startsWith('$') && api.routes.get(action)) || api.routes.get('$default');
  const event = eventOf(connection, route?.routeKey ?? '$default', 'MESSAGE', { body });
  const { requestId } = event.requestContext;
  const failed = (message: string) =>
    socket.send(JSON.stringify({ message, connectionId: connection.id, requestId }));
  if (!route) return failed('Forbidden');
  try {
    const answer = await run(api, route.routeKey, event);
    if (route.answers && answer?.body) socket.send(answer.body);
  } catch {
    failed('Internal server error');
  }
}

/** As `$request.body.action` selects the route. */
function actionOf(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return isRecord(parsed) && typeof parsed.action === 'string' ? parsed.action : undefined;
  } catch {
    return undefined;
  }
}

/** What the function of the route answers; nothing when there is no such route. @throws Refused when it fails */
async function run(api: WebSocketApi, routeKey: string, event: unknown) {
  const route = api.routes.get(routeKey);
  if (!route) return undefined;
  const { functionKey } = route;
  const invoked = await api.runner.invoke(functionKey, event);
  const answer: unknown = 'payload' in invoked ? JSON.parse(invoked.payload) : undefined;
  const { statusCode, headers = {}, body } = isRecord(answer) ? answer : {};
  const isGood = Number.isInteger(statusCode);
  api.log({ functionKey, trigger: routeKey, status: isGood ? Number(statusCode) : 500, invoked });
  if (!isGood) throw new Refused(500);
  return {
    statusCode: Number(statusCode),
    headers: isRecord(headers) ? headers : {},
    body: typeof body === 'string' ? body : undefined,
  };
}

/**
 * What a function may do with a connection.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
async function manage(
  connections: ReadonlyMap<string, Open>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const service = 'execute-api';
  const id = /\/@connections\/([^/?]+)$/.exec(request.url ?? '')?.[1];
  const isSigned = request.headers.authorization?.includes(`/${service}/aws4_request`);
  const body = await buffer(request);
  const answerError = (status: number, code: string, message: string) =>
    refuse(request, response, { service, status, code, message });
  if (id === undefined || !isSigned) return answerError(403, 'ForbiddenException', 'Forbidden');
  const open = connections.get(decodeURIComponent(id));
  if (!open) return answerError(410, 'GoneException', 'The connection is gone.');

  if (request.method === 'DELETE') {
    open.socket.close(CLOSED.goingAway, 'Going away');
    response.writeHead(204).end();
    return;
  }
  if (request.method === 'GET') {
    const { connectedAt, sourceIp, userAgent } = open.connection;
    const state = {
      connectedAt: new Date(connectedAt),
      identity: { sourceIp, userAgent },
      lastActiveAt: new Date(open.lastActiveAt),
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(state));
    return;
  }
  if (request.method !== 'POST') return answerError(405, 'NotImplemented', 'There is no such operation.');
  if (body.length > MAX_MESSAGE_BYTES) {
    return answerError(413, 'PayloadTooLargeException', 'The message is larger than 128 KB.');
  }
  open.lastActiveAt = Date.now();
  open.socket.send(String(body));
  response.writeHead(200).end();
}
