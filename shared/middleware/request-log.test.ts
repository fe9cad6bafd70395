import { describe, expect, it } from '@jest/globals';
import { NotFound } from '../errors.ts';
import { httpEvent, lambdaContext } from '../testing/http-event.ts';
import { collectedLogLines } from '../testing/log-lines.ts';
import { httpHandler } from './http.ts';

const lines = collectedLogLines();

const event = () =>
  httpEvent({
    routeKey: 'GET /items/{id}',
    rawPath: '/items/alice@example.com',
    headers: { 'x-correlation-id': 'checkout-7', authorization: 'Bearer secret' },
  });

describe('the log of a request', () => {
  it('has one line with route, status, duration and the ids that tie it to others', async () => {
    await httpHandler({}, async () => ({ status: 204 }))(event(), lambdaContext);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'INFO',
      message: 'Request answered.',
      route: 'GET /items/{id}',
      status: 204,
      durationMs: expect.any(Number),
      correlationId: 'checkout-7',
      requestId: 'request-1',
      function_request_id: 'invocation-1',
    });
  });

  it('has nothing of the path, the headers or the body', async () => {
    await httpHandler({}, async () => ({ status: 204 }))(event(), lambdaContext);
    expect(JSON.stringify(lines)).not.toMatch(/alice|secret/);
  });

  it('has the status of a refusal and no error, which is the caller’s own', async () => {
    const handler = httpHandler({}, async () => {
      throw new NotFound('There is no item x.');
    });
    await handler(event(), lambdaContext);
    expect(lines.map(({ level, status }) => [level, status])).toEqual([['INFO', 404]]);
  });

  it('has the whole error with its cause, and counts it, when the fault is ours', async () => {
    const handler = httpHandler({}, async () => {
      throw new Error('outer', { cause: new Error('inner') });
    });
    await handler(event(), lambdaContext);
    const failed = lines.find(({ level }) => level === 'ERROR');
    expect(failed).toMatchObject({
      correlationId: 'checkout-7',
      error: { message: 'outer', cause: { message: 'inner' } },
    });
    expect(lines.find((line) => '_aws' in line)).toMatchObject({ ServerErrors: 1, service: 'shop' });
  });

  it('keeps nothing of the request before', async () => {
    const handler = httpHandler({}, async () => ({ status: 204 }));
    await handler(event(), lambdaContext);
    await handler(httpEvent(), lambdaContext);
    expect(lines[1]).toMatchObject({ correlationId: 'request-1', route: 'GET /items' });
  });
});
