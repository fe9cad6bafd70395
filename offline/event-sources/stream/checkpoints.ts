import type { Store } from '../../store.ts';

/** How far each function has come in a shard: the sequence number of the last record that it is done with. */
export class Checkpoints {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.exec(`CREATE TABLE IF NOT EXISTS checkpoints (
      function TEXT NOT NULL, stream TEXT NOT NULL, shard TEXT NOT NULL, sequence_number TEXT NOT NULL,
      PRIMARY KEY (function, stream, shard))`);
  }

  /** Nothing when the function has not been connected to the shard before. */
  read(key: CheckpointKey): string | undefined {
    const row = this.#store
      .prepare('SELECT sequence_number FROM checkpoints WHERE function = ? AND stream = ? AND shard = ?')
      .get(key.function, key.stream, key.shard);
    return row && String(row.sequence_number);
  }

  write(key: CheckpointKey, sequenceNumber: string): void {
    if (!this.#store.isOpen) return;
    this.#store
      .prepare('INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?)')
      .run(key.function, key.stream, key.shard, sequenceNumber);
  }
}

export interface CheckpointKey {
  readonly function: string;
  readonly stream: string;
  readonly shard: string;
}
