import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { LOOPBACK } from '../../offline/ports.ts';
import { type Serving, serve } from '../../offline/serve.ts';

/**
 * Stands before the emulator as a load balancer that ends TLS would, and says by `x-forwarded-proto` that a request
 * came by TLS: the policies of buckets, queues and topics refuse all others. Signatures stay what they are, since
 * neither the host nor a signed header changes.
 */
export function startTlsFront(port: number, emulatorPort: number): Promise<Serving> {
  return serve(port, (incoming, response) => forward(incoming, response, emulatorPort));
}

function forward(incoming: IncomingMessage, response: ServerResponse, port: number): void {
  const outgoing: ClientRequest = request({
    host: LOOPBACK,
    port,
    method: incoming.method,
    path: incoming.url,
    headers: { ...incoming.headers, 'x-forwarded-proto': 'https' },
  });
  outgoing.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  outgoing.once('error', () => response.destroy());
  response.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}
