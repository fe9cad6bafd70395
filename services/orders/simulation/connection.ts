import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * One HTTP/1.1 connection to a server on this machine that answers with a Content-Length, one request after the other.
 * The HTTP client of Node.js, and the SDK all the more, takes several times as long as the engine does.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  #received: Buffer[] = [];
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor(endpoint: string) {
    const { hostname, port, host } = new URL(endpoint);
    this.#host = host;
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#waiting?.reject(error));
    this.#socket.on('close', () => this.#waiting?.reject(new Error('The connection was closed.')));
  }

  post(headers: Readonly<Record<string, string>>, body: string): Promise<Answer> {
    if (this.#waiting) throw new Error('The connection waits for an answer.');
    const all = { host: this.#host, ...headers, 'content-length': Buffer.byteLength(body) };
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(`POST / HTTP/1.1\r\n${head.join('')}\r\n${body}`);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    const all = this.#received.length === 1 ? chunk : Buffer.concat(this.#received);
    const headEnds = all.indexOf('\r\n\r\n');
    if (headEnds === -1) return;
    const head = all.toString('latin1', 0, headEnds);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1]);
    const bodyStarts = headEnds + 4;
    if (all.length < bodyStarts + length) return;
    this.#received = [];
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status: Number(head.split(' ')[1]), body: all.toString('utf8', bodyStarts) });
  }
}
