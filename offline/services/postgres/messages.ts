import type { Socket } from 'node:net';

/**
 * What a client of Postgres sends. `kind` is the letter of the message, or what a connection begins with.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export interface Message {
  readonly kind: string;
  readonly bytes: Uint8Array;
}

const OPENINGS: Readonly<Record<number, string>> = {
  80877102: 'cancel',
  80877103: 'encrypt',
  80877104: 'encrypt',
};
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** @throws Error when a message is longer than 64 MB */
export async function* messagesOf(socket: AsyncIterable<Buffer>): AsyncGenerator<Message> {
  let isOpen = false;
  const received: Buffer[] = [];
  let available = 0;
  const peek = (length: number) => {
    if (available < length) return undefined;
    if ((received[0]?.length ?? 0) < length) received.splice(0, received.length, Buffer.concat(received));
    return received[0];
  };
  const take = (length: number) => {
    const [first = Buffer.alloc(0)] = received;
    received[0] = first.subarray(length);
    available -= length;
    return first.subarray(0, length);
  };
  for await (const chunk of socket) {
    received.push(chunk);
    available += chunk.length;
    for (;;) {
      // A message has a letter and its length, the letter aside; the first ones have a length and a number.
      const header = peek(isOpen ? 5 : 8);
      if (!header) break;
      const length = isOpen ? 1 + header.readInt32BE(1) : header.readInt32BE(0);
      if (length < 5 || length > MAX_MESSAGE_BYTES) throw new Error(`A message of ${length} bytes.`);
      const kind = isOpen
        ? String.fromCharCode(header[0] ?? 0)
        : (OPENINGS[header.readInt32BE(4)] ?? 'start');
      if (!peek(length)) break;
      if (kind === 'start') isOpen = true;
      yield { kind, bytes: new Uint8Array(take(length)) };
    }
  }
}

export type Client = Pick<Socket, 'write'> & AsyncIterable<Buffer>;
