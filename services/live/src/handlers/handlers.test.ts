import { describe, expect, it } from '@jest/globals';
import { DependencyFailed, TokenRefused } from '../../../../shared/errors.ts';
import { lambdaContext } from '../../../../shared/testing/http-event.ts';
import { respondWith as answerWith } from './answer-message.ts';
import { respondWith as authorizeWith } from './authorize-connection.ts';
import { connectionHandler } from './connection-event.ts';
import { orderStatus } from './messages.ts';
import { respond as open } from './open-connection.ts';
import { statusOf } from './push-statuses.ts';

const methodArn = 'arn:aws:execute-api:eu-west-1:123456789012:api/prod/$connect';
const tokens: Record<string, { subject: string | undefined; scopes: string[]; expiresAt: number }> = {
  good: { subject: 'alice', scopes: ['shop/orders'], expiresAt: 1_793_534_400 },
  narrow: { subject: 'alice', scopes: ['shop/reports'], expiresAt: 1_793_534_400 },
  nobody: { subject: undefined, scopes: ['shop/orders'], expiresAt: 1_793_534_400 },
};
const authorize = authorizeWith({
  verify: async (token) => {
    const verified = tokens[token];
    if (!verified) throw new TokenRefused('The token is not valid.');
    return verified;
  },
});
const effectFor = async (headers: Record<string, string>) =>
  (await authorize({ methodArn, headers })).policyDocument.Statement[0]?.Effect;

describe('who asks to connect', () => {
  it.each([
    ['with a header', { Authorization: 'Bearer good' }],
    ['with a header in lower case', { authorization: 'bearer good' }],
    ['as a protocol beside that of the API', { 'Sec-WebSocket-Protocol': 'shop-live, good' }],
    ['as the first protocol', { 'sec-websocket-protocol': 'good,shop-live' }],
  ])('is let in with a token %s', async (_, headers) => {
    expect(await authorize({ methodArn, headers })).toEqual({
      principalId: 'alice',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
      },
      context: { customerId: 'alice', tokenEndsAt: 1_793_534_400 },
    });
  });

  it.each([
    ['without the scope', 'narrow'],
    ['of nobody', 'nobody'],
  ])('is not let in with a token %s', async (_, token) => {
    expect(await effectFor({ authorization: `Bearer ${token}` })).toBe('Deny');
  });

  it.each([
    ['has no token', {}],
    ['offers the protocol alone', { 'Sec-WebSocket-Protocol': 'shop-live' }],
    ['has a token that is not valid', { authorization: 'Bearer forged' }],
  ])('is told that it is unauthorized when it %s', async (_, headers) => {
    await expect(authorize({ methodArn, headers })).rejects.toThrow(/^Unauthorized$/);
  });

  it('is not taken for unauthorized while the issuer is away', async () => {
    const away = authorizeWith({
      verify: async () => {
        throw new DependencyFailed('The issuer of tokens does not tell its keys.');
      },
    });
    await expect(away({ methodArn, headers: { authorization: 'Bearer good' } })).rejects.toThrow(
      'The issuer of tokens does not tell its keys.',
    );
  });
});

describe('a connection', () => {
  it.each([
    ['the protocol of the API when that is offered', 'good, shop-live', 200, 'shop-live'],
    ['none, and is refused, when others are offered', 'good', 400, undefined],
    ['none when none is offered', '', 200, undefined],
  ])('has %s', async (_, offered, statusCode, protocol) => {
    const headers: Record<string, string> = offered ? { 'Sec-WebSocket-Protocol': offered } : {};
    const answer = await open({ headers });
    expect([answer.statusCode, answer.headers?.['Sec-WebSocket-Protocol']]).toEqual([statusCode, protocol]);
  });

  it.each([
    ['when its token does', '1793538000', '2026-11-01T13:00:00.000Z'],
    ['two hours after it began', '1793577600', '2026-11-01T14:00:00.000Z'],
  ])('ends %s, whichever is sooner', async (_, tokenEndsAt, end) => {
    let until: Date | undefined;
    const handle = connectionHandler(async ({ connection }) => {
      until = connection.until;
      return { statusCode: 200 };
    });
    const requestContext = {
      ...{ routeKey: 'subscribe', requestId: 'r1', connectionId: 'c1' },
      connectedAt: Date.parse('2026-11-01T12:00:00.000Z'),
      authorizer: { customerId: 'alice', tokenEndsAt },
    };
    await handle({ requestContext }, lambdaContext);
    expect(until).toEqual(new Date(end));
  });
});

const paid = { orderId: 'o1', status: 'PAID', sequence: 5, occurredAt: '2026-11-01T11:59:59.000Z' };
const answer = async (body: string, route = 'subscribe') => {
  const respond = answerWith({
    now: () => new Date('2026-11-01T12:00:00.000Z'),
    orders: {
      find: async (orderId) => {
        if (orderId === 'broken') throw new Error('a fault');
        return orderId === 'o1' ? { customerId: 'alice', current: paid } : undefined;
      },
    },
    subscriptions: { add: async () => true },
  });
  const connection = { id: 'c1', customerId: 'alice', until: new Date('2026-11-01T13:00:00.000Z') };
  const { body: text = '' } = await respond({ connection, headers: {}, body, requestId: 'r1', route });
  return JSON.parse(text);
};

describe('a message', () => {
  it('that subscribes is answered with the status, in the shape that the contract has', async () => {
    const message = await answer('{"action":"subscribe","orderId":"o1"}');
    expect(message).toEqual({ type: 'order.status', ...paid });
    expect(orderStatus().safeParse(message).success).toBe(true);
  });

  it.each([
    ['an order that is not there', '{"action":"subscribe","orderId":"o2"}', 'subscribe', 'not-found', 404],
    ['an unknown action', '{"action":"shout"}', '$default', 'invalid-input', 400],
    ['no JSON', 'hello', '$default', 'invalid-input', 400],
    ['an unknown field', '{"action":"subscribe","orderId":"o1","x":1}', 'subscribe', 'invalid-input', 400],
    ['an id that is none', '{"action":"subscribe","orderId":"../1"}', 'subscribe', 'invalid-input', 400],
    ['too much', `{"action":"subscribe","orderId":"${'a'.repeat(1_000)}"}`, 'subscribe', 'too-large', 413],
  ])('with %s is answered with the problem', async (_, body, route, problem, status) => {
    expect(await answer(body, route)).toEqual({
      type: 'problem',
      problem: expect.objectContaining({
        type: `urn:shop:problem:${problem}`,
        status,
        requestId: 'r1',
      }),
    });
  });

  it('of an unknown action is told which there are', async () => {
    expect((await answer('{}', '$default')).problem.detail).toContain('subscribe');
  });

  it('that meets a fault is left to API Gateway, which says nothing of the inside', async () => {
    await expect(answer('{"action":"subscribe","orderId":"broken"}')).rejects.toThrow('a fault');
  });
});

describe('a change of an order', () => {
  const row = (status: string) => ({
    ...{ orderId: 'o1', customerId: 'alice', status },
    timeline: [{ at: '2026-11-01T12:00:00.000Z', event: status }],
  });
  const change = { id: '1', table: 'orders', at: '', keys: {}, sequenceNumber: '1' };

  it('has a status to tell of when that has changed', () => {
    expect(statusOf({ ...change, before: row('RESERVED'), after: row('PAID') })).toMatchObject({
      status: 'PAID',
    });
  });

  it('has none when it is another step, or the order is gone', () => {
    expect(statusOf({ ...change, before: row('PAID'), after: row('PAID') })).toBeUndefined();
    expect(statusOf({ ...change, before: row('PAID') })).toBeUndefined();
  });
});
