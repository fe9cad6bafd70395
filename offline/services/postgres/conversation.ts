import { type Client, messagesOf } from './messages.ts';

/** What is used of PGlite, which has one session and one caller at a time. */
export interface Session {
  /** Answers bytes of Postgres's protocol with bytes of it. */
  execProtocolRaw(message: Uint8Array): Promise<Uint8Array>;
  isInTransaction(): boolean;
}

/** Gives the one session to one connection after the other, in the order in which they ask. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves with what ends the turn. */
  take(): Promise<() => void> {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = before.then(() => done);
    return before.then(() => resolve);
  }
}

const NO_ENCRYPTION = 'N';
/** After these Postgres says that it is ready for the next query, and whether a transaction is open. */
const ENDS_A_QUERY = new Set(['start', 'Q', 'S', 'F']);
const SYNC = Uint8Array.of(0x53, 0, 0, 0, 4);
const ROLLBACK = new TextEncoder().encode('Q\0\0\0\rROLLBACK\0');

/**
 * Serves one connection to its end. It has the session from the first message of a query to the last, and throughout
 * a transaction; other connections wait. A transaction that its client leaves open is rolled back.
 */
export async function converse(client: Client, session: Session, turns: Turns): Promise<void> {
  let endTurn: (() => void) | undefined;
  try {
    for await (const { kind, bytes } of messagesOf(client)) {
      if (kind === 'X' || kind === 'cancel') return;
      if (kind === 'encrypt') {
        client.write(NO_ENCRYPTION);
        continue;
      }
      endTurn ??= await turns.take();
      client.write(await session.execProtocolRaw(bytes));
      if (ENDS_A_QUERY.has(kind) && !session.isInTransaction()) {
        endTurn();
        endTurn = undefined;
      }
    }
  } finally {
    if (endTurn) {
      // A query that was broken off would swallow what follows up to its end.
      await session.execProtocolRaw(SYNC);
      if (session.isInTransaction()) await session.execProtocolRaw(ROLLBACK);
      endTurn();
    }
  }
}
