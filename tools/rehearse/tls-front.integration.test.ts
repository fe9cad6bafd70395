import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '../../offline/ports.ts';
import { type Serving, serve } from '../../offline/serve.ts';
import { startTlsFront } from './tls-front.ts';

const servings: Serving[] = [];
afterEach(() => {
  for (const serving of servings.splice(0)) serving.close();
});

describe('the front that stands for TLS', () => {
  it('passes a request on unchanged, but for saying that it came by TLS', async () => {
    const [port = 0, behind = 0] = await freePorts(2);
    servings.push(
      await serve(behind, async (request, response) => {
        const { host, authorization, 'x-forwarded-proto': protocol } = request.headers;
        response.writeHead(201, { 'x-seen': `${request.method} ${request.url}` });
        response.end(JSON.stringify({ host, authorization, protocol, body: await text(request) }));
      }),
      await startTlsFront(port, behind),
    );
    const answer = await fetch(`http://127.0.0.1:${port}/a%20b?c=1`, {
      method: 'PUT',
      headers: { authorization: 'signed', 'x-forwarded-proto': 'http' },
      body: 'the body',
    });
    expect([answer.status, answer.headers.get('x-seen')]).toEqual([201, 'PUT /a%20b?c=1']);
    expect(await answer.json()).toEqual({
      host: `127.0.0.1:${port}`,
      authorization: 'signed',
      protocol: 'https',
      body: 'the body',
    });
  });

  it('ends the connection when nobody is behind it', async () => {
    const [port = 0, behind = 0] = await freePorts(2);
    servings.push(await startTlsFront(port, behind));
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
  });
});
