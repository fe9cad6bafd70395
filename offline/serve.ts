import { createServer, type IncomingMessage, type RequestListener, type ServerOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { LocalCloudError, messageOf } from './errors.ts';
import { LOOPBACK } from './ports.ts';

export interface Serving {
  readonly url: string;
  /** Ends every connection at once. */
  close(): void;
}

/** Starts an HTTP server on the loopback interface; port 0 takes any free port. */
export async function serve(
  port: number,
  listener: RequestListener,
  options: ServerOptions = {},
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Promise<Serving> {
  const server = createServer(options, listener);
  if (upgrade) server.on('upgrade', upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new LocalCloudError(`Port ${port} cannot be opened: ${messageOf(error)}.`, { cause: error }));
    });
    server.listen(port, LOOPBACK, resolve);
  });
  const address = server.address();
  return {
    url: `http://${LOOPBACK}:${typeof address === 'object' ? address?.port : port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
