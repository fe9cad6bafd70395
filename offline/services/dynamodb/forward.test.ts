import type { RequestListener, ServerResponse } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import { type Serving, serve } from '../../serve.ts';
import { until } from '../../test/processes.ts';
import { forwardTo } from './forward.ts';

const running: Serving[] = [];
afterEach(() => {
  for (const server of running.splice(0)) server.close();
});

/** A forwarder before an emulator that answers so. */
async function forwarder(answer: RequestListener, operation = 'GetItem') {
  const emulator = await serve(0, answer);
  const forward = forwardTo(emulator.url, 'eu-west-1');
  const front = await serve(0, (request, response) => forward(request, response, operation));
  running.push(emulator, front);
  return { url: front.url, emulator };
}

const post = (url: string) => fetch(url, { method: 'POST', body: '{}' });

it('answers 503 when the emulator has ended', async () => {
  const { url, emulator } = await forwarder((_, response) => response.end('{}'));
  expect((await post(url)).status).toBe(200);
  emulator.close();
  const response = await post(url);
  expect([response.status, await response.json()]).toEqual([
    503,
    {
      __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
      message: 'The DynamoDB emulator does not answer.',
    },
  ]);
});

it.each(['GetItem', 'DescribeTable'])(
  'breaks off an answer of %s that the emulator breaks off',
  async (operation) => {
    const { url } = await forwarder((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"Item":', () => response.destroy());
    }, operation);
    await expect(post(url).then((response) => response.text())).rejects.toThrow();
  },
);

it('hangs up on the emulator when the caller goes away', async () => {
  let isGone = false;
  const caller = new AbortController();
  const { url } = await forwarder((_, response) => {
    response.once('close', () => {
      isGone = true;
    });
    caller.abort();
  });
  await expect(fetch(url, { method: 'POST', signal: caller.signal })).rejects.toThrow();
  await until(() => isGone);
});

it('drops the answer to a request that was refused meanwhile', async () => {
  let refused: ServerResponse | undefined;
  const emulator = await serve(0, (_, response) => {
    // More than the sockets hold: it has gone out when the forwarder has read it.
    response.once('finish', () => refused?.end('refused')).end(Buffer.alloc(32 * 1024 * 1024));
  });
  const forward = forwardTo(emulator.url, 'eu-west-1');
  const front = await serve(0, (request, response) => {
    forward(request, response, 'GetItem');
    refused = response.writeHead(413);
    refused.flushHeaders();
  });
  running.push(emulator, front);
  const response = await post(front.url);
  expect([response.status, await response.text()]).toEqual([413, 'refused']);
});
