import { messageOf } from './errors.ts';
import type { Store } from './store.ts';

/** What happens to the entries of an outbox. */
export interface Delivery<Entry> {
  /** Tries to bring the entry to its end; throwing means that it is tried again. `attempt` counts from 1. */
  attempt(entry: Entry, attempt: number): Promise<void>;
  /** How long to wait after the given number of failed attempts; nothing means that there are no more. */
  retryAfterMs(entry: Entry, attempts: number): number | undefined;
  /** Called when there are no more attempts, until it succeeds. */
  giveUp(entry: Entry, error: unknown, attempts: number): Promise<void>;
}

interface Row {
  readonly id: number;
  readonly entry: string;
  readonly attempts: number;
  readonly error: string | null;
}

/** Prepared once: to compile them takes longer than to run them. */
const statementsOn = (store: Store) => ({
  restart: store.prepare('UPDATE outbox SET next_at = 0 WHERE name = ?'),
  insert: store.prepare('INSERT INTO outbox (name, entry, next_at) VALUES (?, ?, ?)'),
  count: store.prepare('SELECT COUNT(*) AS size FROM outbox WHERE name = ?'),
  firstDue: store.prepare(
    'SELECT id FROM outbox WHERE name = ? AND next_at <= ? ORDER BY next_at, id LIMIT 1',
  ),
  claim: store.prepare('UPDATE outbox SET next_at = ? WHERE id = ? RETURNING id, entry, attempts, error'),
  nextTime: store.prepare('SELECT MIN(next_at) AS next FROM outbox WHERE name = ? AND next_at < ?'),
  remove: store.prepare('DELETE FROM outbox WHERE id = ?'),
  postpone: store.prepare('UPDATE outbox SET attempts = ?, next_at = ?, error = ? WHERE id = ?'),
});

const CLAIMED = Number.MAX_SAFE_INTEGER;
const MAX_RUNNING = 32;
const GIVE_UP_AGAIN_MS = 1_000;

/**
 * Work that is written down before anyone is told that it will be done. Each entry is attempted at least once, also
 * after the process was killed, and is forgotten when it succeeded or was given up.
 */
export class Outbox<Entry> {
  readonly #store: Store;
  readonly #statements: ReturnType<typeof statementsOn>;
  readonly #name: string;
  readonly #delivery: Delivery<Entry>;
  readonly #now: () => number;
  #running = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = true;

  constructor(store: Store, name: string, delivery: Delivery<Entry>, now: () => number = Date.now) {
    this.#store = store;
    this.#name = name;
    this.#delivery = delivery;
    this.#now = now;
    store.exec(`
      CREATE TABLE IF NOT EXISTS outbox (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, entry TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, error TEXT
      );
      CREATE INDEX IF NOT EXISTS outbox_due ON outbox (name, next_at)`);
    this.#statements = statementsOn(store);
  }

  /** Begins with what an earlier process left behind. */
  start(): void {
    this.#isStopped = false;
    this.#statements.restart.run(this.#name);
    this.#work();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  add(entry: Entry, afterMs = 0): void {
    this.#statements.insert.run(this.#name, JSON.stringify(entry), this.#now() + afterMs);
    this.#work();
  }

  /** How many entries have not come to their end. */
  get size(): number {
    const row = this.#statements.count.get(this.#name);
    return Number(row?.size);
  }

  #work(): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    while (this.#running < MAX_RUNNING) {
      const row = this.#claim();
      if (!row) break;
      this.#running += 1;
      void this.#run(row).finally(() => {
        this.#running -= 1;
        this.#work();
      });
    }
    if (this.#running < MAX_RUNNING) this.#wakeForNext();
  }

  #claim(): Row | undefined {
    const due = this.#statements.firstDue.get(this.#name, this.#now());
    if (!due) return undefined;
    return this.#statements.claim.get(CLAIMED, due.id ?? null) as unknown as Row;
  }

  #wakeForNext(): void {
    const row = this.#statements.nextTime.get(this.#name, CLAIMED);
    if (row?.next === null || row?.next === undefined) return;
    this.#timer = setTimeout(() => this.#work(), Math.max(0, Number(row.next) - this.#now())).unref();
  }

  /** `error` in a row says that its attempts are used up, and only giving up is left to do. */
  async #run({ id, entry: json, attempts, error: fatal }: Row): Promise<void> {
    const entry = JSON.parse(json) as Entry;
    try {
      if (fatal === null) await this.#delivery.attempt(entry, attempts + 1);
      else await this.#delivery.giveUp(entry, new Error(fatal), attempts);
      this.#forget(id);
    } catch (error) {
      if (this.#isStopped) return;
      if (fatal !== null) {
        this.#postpone(id, attempts, GIVE_UP_AGAIN_MS, fatal);
        return;
      }
      const wait = this.#delivery.retryAfterMs(entry, attempts + 1);
      if (wait !== undefined) this.#postpone(id, attempts + 1, wait, null);
      else await this.#giveUp(id, entry, error, attempts + 1);
    }
  }

  async #giveUp(id: number, entry: Entry, error: unknown, attempts: number): Promise<void> {
    try {
      await this.#delivery.giveUp(entry, error, attempts);
      this.#forget(id);
    } catch {
      if (!this.#isStopped) this.#postpone(id, attempts, GIVE_UP_AGAIN_MS, messageOf(error));
    }
  }

  #forget(id: number): void {
    if (this.#store.isOpen) this.#statements.remove.run(id);
  }

  #postpone(id: number, attempts: number, waitMs: number, error: string | null): void {
    this.#statements.postpone.run(attempts, this.#now() + waitMs, error, id);
  }
}
