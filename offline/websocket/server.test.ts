import { once } from 'node:events';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { Serving } from '../serve.ts';
import { until } from '../test/processes.ts';
import { webSocketRoutesOf } from './routes.ts';
import { startWebSocketApi } from './server.ts';

interface Event {
  readonly body?: string;
  readonly requestContext: Readonly<Record<string, unknown>> & { readonly connectionId: string };
}
type Code = (event: Event) => unknown;

let api: Serving | undefined;
afterEach(() => api?.close());

/** Starts an API whose functions are these; what they were invoked with is kept by their keys. */
async function start(functions: Record<string, Code>, routes: Record<string, unknown>, idleMs?: number) {
  const invocations: [key: string, event: Event][] = [];
  const declared = Object.entries(routes).map(([key, websocket]) => [
    key,
    { name: key, events: [{ websocket }] },
  ]);
  api = await startWebSocketApi(0, {
    routes: webSocketRoutesOf(Object.fromEntries(declared)),
    stage: 'dev',
    region: 'eu-west-1',
    log: () => undefined,
    ...(idleMs !== undefined && { idleMs }),
    runner: {
      has: (key) => key in functions,
      async invoke(key, event) {
        invocations.push([key, event as Event]);
        const run = { requestId: 'r1', durationMs: 1 };
        try {
          return { ...run, payload: JSON.stringify(await functions[key]?.(event as Event)) };
        } catch (error) {
          return { ...run, error: { errorType: 'Error', errorMessage: (error as Error).message } };
        }
      },
    },
  });
  return { url: api.url, invocations };
}

async function open(url: string, protocols: string[] = [], headers = {}): Promise<WebSocket> {
  const socket = new WebSocket(url, protocols, { headers });
  await once(socket, 'open');
  return socket;
}
const ok = () => ({ statusCode: 200 });
const answersTo = async (socket: WebSocket, message: string) => {
  const answer = once(socket, 'message');
  socket.send(message);
  return String((await answer)[0]);
};
const management = (url: string) =>
  new ApiGatewayManagementApiClient({ endpoint: url.replace('ws', 'http') });

describe('a connection', () => {
  it('is opened as $connect answers, in the shape of an event that API Gateway sends', async () => {
    const { url, invocations } = await start(
      { connect: () => ({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'two' } }) },
      { connect: '$connect' },
    );
    const socket = await open(`${url}/dev?colour=red`, ['one', 'two']);
    expect(socket.protocol).toBe('two');
    expect(invocations).toMatchObject([
      [
        'connect',
        {
          headers: { 'Sec-WebSocket-Protocol': 'one,two' },
          queryStringParameters: { colour: 'red' },
          isBase64Encoded: false,
          requestContext: {
            routeKey: '$connect',
            eventType: 'CONNECT',
            stage: 'dev',
            domainName: '127.0.0.1',
            identity: { sourceIp: '127.0.0.1' },
            connectedAt: expect.any(Number),
            connectionId: expect.stringMatching(/^[\w-]{15}=$/),
          },
        },
      ],
    ]);
  });

  it.each([
    ['refuses', () => ({ statusCode: 418 }), '418'],
    ['fails', () => Promise.reject(new Error('broken')), '500'],
    ['answers nothing', () => null, '500'],
  ])('is not opened when $connect %s', async (_, connect, status) => {
    const { url } = await start({ connect }, { connect: '$connect' });
    await expect(open(url)).rejects.toThrow(status);
  });

  it('carries what its authorizer said, in each of its events', async () => {
    const policyDocument = { Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }] };
    const { url, invocations } = await start(
      {
        admit: () => ({ principalId: 'alice', policyDocument, context: { tier: 1 } }),
        connect: ok,
        talk: ok,
      },
      { connect: { route: '$connect', authorizer: 'admit' }, talk: '$default' },
    );
    await expect(open(url)).rejects.toThrow('401');
    (await open(url, [], { auth: 'x' })).send('hello');
    await until(() => invocations.some(([key]) => key === 'talk'));
    const authorizer = { principalId: 'alice', tier: '1' };
    expect(invocations.map(([key, { requestContext }]) => [key, requestContext.authorizer])).toEqual([
      ['admit', undefined],
      ['connect', authorizer],
      ['talk', authorizer],
    ]);
  });

  it.each([
    ['401 of an authorizer that says Unauthorized', 'Unauthorized', '401'],
    ['500 of one that fails otherwise', 'broken', '500'],
  ])('is refused with %s', async (_, message, status) => {
    const { url } = await start(
      { admit: () => Promise.reject(new Error(message)), connect: ok },
      { connect: { route: '$connect', authorizer: { name: 'admit', identitySource: [] } } },
    );
    await expect(open(url)).rejects.toThrow(status);
  });

  it('ends after ten minutes, or what is said here, without a message', async () => {
    const { url, invocations } = await start({ end: ok }, { end: '$disconnect' }, 50);
    const socket = await open(url);
    expect((await once(socket, 'close'))[0]).toBe(1_001);
    await until(() => invocations.length === 1);
    expect(invocations[0]?.[1].requestContext).toMatchObject({
      eventType: 'DISCONNECT',
      disconnectStatusCode: 1_001,
    });
  });

  it('ends with the API', async () => {
    const socket = await open((await start({}, {})).url);
    const ended = once(socket, 'close');
    api?.close();
    expect((await ended)[0]).toBe(1_001);
  });
});

describe('a message', () => {
  const talk = { talk: { route: 'talk', routeResponseSelectionExpression: '$default' } };

  it('goes to the route of its action, which answers the client', async () => {
    const { url } = await start({ talk: ({ body }) => ({ statusCode: 200, body: `heard ${body}` }) }, talk);
    expect(await answersTo(await open(url), '{"action":"talk"}')).toBe('heard {"action":"talk"}');
  });

  it.each(['{"action":"shout"}', '{"action":"$disconnect"}', 'no JSON'])(
    'of no route goes to $default: %s',
    async (message) => {
      const rest = { route: '$default', routeResponseSelectionExpression: '$default' };
      const { url } = await start(
        { rest: () => ({ statusCode: 200, body: 'what?' }), end: ok },
        { rest, end: '$disconnect' },
      );
      expect(await answersTo(await open(url), message)).toBe('what?');
    },
  );

  it('is forbidden when it has no route, and $default is none', async () => {
    const { url } = await start({ talk: ok }, talk);
    expect(JSON.parse(await answersTo(await open(url), 'hello'))).toMatchObject({ message: 'Forbidden' });
  });

  it('learns nothing of what went wrong inside', async () => {
    const { url } = await start({ talk: () => Promise.reject(new Error('secret')) }, talk);
    expect(JSON.parse(await answersTo(await open(url), '{"action":"talk"}'))).toEqual({
      message: 'Internal server error',
      connectionId: expect.any(String),
      requestId: expect.any(String),
    });
  });

  it.each([
    ['is larger than 128 KB', 'x'.repeat(128 * 1_024 + 1), 1_009],
    ['is binary', Buffer.from([1]), 1_003],
  ])('ends the connection when it %s', async (_, message, code) => {
    const socket = await open((await start({}, {})).url);
    socket.send(message);
    expect((await once(socket, 'close'))[0]).toBe(code);
  });
});

describe('a function', () => {
  it('sends to a connection, looks at it, and ends it', async () => {
    const { url, invocations } = await start({ connect: ok }, { connect: '$connect' });
    const socket = await open(url);
    const ConnectionId = invocations[0]?.[1].requestContext.connectionId;
    const client = management(`${url}/dev`);
    const pushed = once(socket, 'message');
    await client.send(new PostToConnectionCommand({ ConnectionId, Data: 'hello' }));
    expect(String((await pushed)[0])).toBe('hello');
    const { Identity, ConnectedAt } = await client.send(new GetConnectionCommand({ ConnectionId }));
    expect([Identity?.SourceIp, ConnectedAt]).toEqual(['127.0.0.1', expect.any(Date)]);
    const ended = once(socket, 'close');
    await client.send(new DeleteConnectionCommand({ ConnectionId }));
    expect((await ended)[0]).toBe(1_001);
  });

  it('is told that a connection is gone', async () => {
    const { url } = await start({}, {});
    const push = management(url).send(new PostToConnectionCommand({ ConnectionId: 'gone=', Data: 'hello' }));
    await expect(push).rejects.toMatchObject({ name: 'GoneException' });
  });

  it('may not send more than 128 KB', async () => {
    const { url, invocations } = await start({ connect: ok }, { connect: '$connect' });
    await open(url);
    const ConnectionId = invocations[0]?.[1].requestContext.connectionId;
    const Data = 'x'.repeat(128 * 1_024 + 1);
    const push = management(url).send(new PostToConnectionCommand({ ConnectionId, Data }));
    await expect(push).rejects.toMatchObject({ name: 'PayloadTooLargeException' });
  });

  it('has to sign what it asks for', async () => {
    const { url } = await start({}, {});
    const { status } = await fetch(`${url.replace('ws', 'http')}/@connections/any`, { method: 'POST' });
    expect(status).toBe(403);
  });
});
