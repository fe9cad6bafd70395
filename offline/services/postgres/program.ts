/** The program of the local database, a child process of the local cloud: PGlite, served to many connections. */
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { messageOf } from '../../errors.ts';
import { LETTING_GO_MS, lockFolder } from '../../lock.ts';
import { LOOPBACK } from '../../ports.ts';
import { dropCluster, openCluster } from './cluster.ts';
import { converse, type Session, Turns } from './conversation.ts';

/** What the local cloud tells its database, as JSON. */
export interface DatabaseSettings {
  readonly port: number;
  /** Where everything is kept. */
  readonly folder: string;
  /** Whether the folder goes when the local cloud does. */
  readonly isTemporary: boolean;
  /** Drop what is there first. */
  readonly reset: boolean;
}

try {
  const { port, folder, isTemporary, reset } = JSON.parse(process.argv[2] ?? '') as DatabaseSettings;
  // The local cloud has ended, however it did.
  process.once('disconnect', () => {
    if (isTemporary) rmSync(folder, { recursive: true, force: true });
    process.exit();
  });
  lockFolder(folder, LETTING_GO_MS);
  if (reset) dropCluster(folder);
  const database = await openCluster(folder);
  const turns = new Turns();
  const session: Session = {
    isInTransaction: () => database.isInTransaction(),
    execProtocolRaw: (message) => database.execProtocolRaw(message).catch(giveUp),
  };
  createServer({ noDelay: true }, (socket) => {
    const isGone = () => undefined;
    socket.on('error', isGone);
    converse(socket, session, turns)
      .catch(isGone)
      .finally(() => socket.destroy());
  }).listen(port, LOOPBACK, () => {
    // A local cloud that has ended meanwhile is told nothing; without who is told, that would be an error.
    process.send?.('listening', () => undefined);
  });
} catch (error) {
  giveUp(error);
}

/** Postgres itself is broken: the next process is to begin anew. */
function giveUp(error: unknown): never {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}
