import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { type Store, transaction } from '../../store.ts';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** Times are in milliseconds since the epoch. */
export interface MachineRow {
  readonly arn: string;
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly status: 'ACTIVE' | 'DELETING';
  readonly createdAt: number;
}

export interface NewExecution {
  readonly arn: string;
  readonly machineArn: string;
  readonly name: string;
  /** What it is started with, which a later update of the state machine does not change. */
  readonly definition: string;
  readonly roleArn: string;
  readonly input: string;
  readonly startedAt: number;
}

export interface Ending {
  readonly status: Exclude<Status, 'RUNNING'>;
  readonly output?: string;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

export interface ExecutionRow extends NewExecution {
  readonly id: number;
  readonly status: Status;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
  readonly stoppedAt: number | null;
}

export interface EventRow {
  readonly id: number;
  readonly at: number;
  readonly type: string;
  readonly previous: number;
  /** JSON. */
  readonly details: string;
}

/** What a line of an execution has come to. */
export interface Progress {
  /** Of the line in the execution: empty for the main line, `/1` for its second branch, and so on. */
  readonly path: string;
  readonly position: { readonly token?: string | undefined };
  readonly events: readonly EventRow[];
  /** Whether the lines within it are of no more use. */
  readonly isRejoined?: boolean;
  readonly at: number;
}

/** AWS keeps what is closed for 90 days; the local cloud keeps the newest, and the events of fewer. */
export const KEPT = { executions: 10_000, histories: 1_000 };

/** State machines and executions in the store; each method that writes is one transaction. */
export class ExecutionStore {
  readonly #store: Store;
  readonly #kept: typeof KEPT;
  readonly #statements = new Map<string, StatementSync>();

  constructor(store: Store, kept: typeof KEPT = KEPT) {
    this.#store = store;
    this.#kept = kept;
    store.exec(`
      CREATE TABLE IF NOT EXISTS states_machines (
        arn TEXT PRIMARY KEY, name TEXT NOT NULL, definition TEXT NOT NULL, roleArn TEXT NOT NULL,
        status TEXT NOT NULL, createdAt INTEGER NOT NULL
      );
      CREATE TABLE IF NOT EXISTS states_executions (
        id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, machineArn TEXT NOT NULL, name TEXT NOT NULL,
        definition TEXT NOT NULL, roleArn TEXT NOT NULL, input TEXT NOT NULL, startedAt INTEGER NOT NULL,
        status TEXT NOT NULL DEFAULT 'RUNNING', output TEXT, error TEXT, cause TEXT, stoppedAt INTEGER,
        finished INTEGER UNIQUE
      );
      CREATE INDEX IF NOT EXISTS states_executions_machine ON states_executions (machineArn);
      CREATE INDEX IF NOT EXISTS states_executions_status ON states_executions (status);
      CREATE TABLE IF NOT EXISTS states_events (
        execution INTEGER NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL,
        previous INTEGER NOT NULL, details TEXT NOT NULL, PRIMARY KEY (execution, id)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS states_positions (
        execution INTEGER NOT NULL, path TEXT NOT NULL, position TEXT NOT NULL,
        token TEXT UNIQUE, heartbeatAt INTEGER, outcome TEXT, PRIMARY KEY (execution, path)
      ) WITHOUT ROWID`);
  }

  machine(arn: string): MachineRow | undefined {
    return this.#all<MachineRow>('SELECT * FROM states_machines WHERE arn = ?', arn)[0];
  }

  machines(afterName: string, limit: number): MachineRow[] {
    return this.#all('SELECT * FROM states_machines WHERE name > ? ORDER BY name LIMIT ?', afterName, limit);
  }

  putMachine(machine: MachineRow): void {
    this.#insert('REPLACE INTO states_machines', machine);
  }

  /** It goes when none of its executions runs any more, and they go with it. */
  deleteMachine(arn: string): void {
    transaction(this.#store, () => {
      this.#run("UPDATE states_machines SET status = 'DELETING' WHERE arn = ?", arn);
      this.#dropDeleted(arn);
    });
  }

  execution(arn: string): ExecutionRow | undefined {
    return this.#all<ExecutionRow>('SELECT * FROM states_executions WHERE arn = ?', arn)[0];
  }

  runningExecutions(): ExecutionRow[] {
    return this.#all("SELECT * FROM states_executions WHERE status = 'RUNNING' ORDER BY id");
  }

  /** Newest first. */
  executions(filter: {
    readonly machineArn?: string;
    readonly status?: string | undefined;
    readonly before: number;
    readonly limit: number;
  }): ExecutionRow[] {
    const { before, limit, ...columns } = filter;
    const given = Object.entries(columns).filter(([, value]) => value !== undefined);
    const conditions = given.map(([column]) => `AND ${column} = ?`).join(' ');
    return this.#all(
      `SELECT * FROM states_executions WHERE id < ? ${conditions} ORDER BY id DESC LIMIT ?`,
      ...[before, ...given.map(([, value]) => value ?? null), limit],
    );
  }

  /** Those that have finished after the one of that number, and those that run; newest first. */
  executionsSince(finished: number, limit: number): (ExecutionRow & { readonly finished: number | null })[] {
    return this.#all(
      // An OR of the two has SQLite read all executions, in the order of their ids.
      `SELECT * FROM states_executions WHERE id IN (
         SELECT id FROM states_executions WHERE finished > ?
         UNION ALL SELECT id FROM states_executions WHERE status = 'RUNNING'
       ) ORDER BY id DESC LIMIT ?`,
      ...[finished, limit],
    );
  }

  startExecution(execution: NewExecution, progress: Progress): ExecutionRow {
    return transaction(this.#store, () => {
      const row = this.#insert<ExecutionRow>('INSERT INTO states_executions', execution);
      this.#write(row.id, progress);
      return row;
    });
  }

  commit(execution: number, progress: Progress): void {
    transaction(this.#store, () => this.#write(execution, progress));
  }

  endExecution(
    { id, machineArn }: ExecutionRow,
    ending: Ending,
    at: number,
    events: readonly EventRow[],
  ): void {
    const { status, output = null, error = null, cause = null } = ending;
    transaction(this.#store, () => {
      this.#insertEvents(id, events);
      const [{ finished } = { finished: 0 }] = this.#all<{ finished: number }>(
        `UPDATE states_executions SET status = ?, output = ?, error = ?, cause = ?, stoppedAt = ?, definition = '',
         finished = (SELECT ifnull(max(finished), 0) + 1 FROM states_executions) WHERE id = ? RETURNING finished`,
        ...[status, output, error, cause, at, id],
      );
      this.#run('DELETE FROM states_positions WHERE execution = ?', id);
      this.#run(
        'DELETE FROM states_events WHERE execution IN (SELECT id FROM states_executions WHERE finished = ?)',
        finished - this.#kept.histories,
      );
      this.#run('DELETE FROM states_executions WHERE finished = ?', finished - this.#kept.executions);
      this.#dropDeleted(machineArn);
    });
  }

  /** By path, the JSON of where the lines of an execution stand. */
  positions(execution: number): Map<string, string> {
    const rows = this.#all<{ path: string; position: string }>(
      'SELECT path, position FROM states_positions WHERE execution = ?',
      execution,
    );
    return new Map(rows.map(({ path, position }) => [path, position]));
  }

  events(
    execution: number,
    { after, limit, isReversed }: { after: number; limit: number; isReversed: boolean },
  ): EventRow[] {
    const [comparison, order] = isReversed ? ['<', 'DESC'] : ['>', 'ASC'];
    return this.#all(
      `SELECT * FROM states_events WHERE execution = ? AND id ${comparison} ? ORDER BY id ${order} LIMIT ?`,
      ...[execution, after, limit],
    );
  }

  lastEvent(execution: number): number {
    return this.events(execution, { after: Number.MAX_SAFE_INTEGER, limit: 1, isReversed: true })[0]?.id ?? 0;
  }

  /** A token that a task waits for; `outcome` is the JSON of what came back with it. */
  token(token: string): { readonly heartbeatAt: number; readonly outcome: string | null } | undefined {
    const select = 'SELECT heartbeatAt, outcome FROM states_positions WHERE token = ?';
    return this.#all<{ heartbeatAt: number; outcome: string | null }>(select, token)[0];
  }

  /** Whether the token is still waited for; it takes one outcome. */
  settleToken(token: string, outcome: string): boolean {
    const statement = 'UPDATE states_positions SET outcome = ? WHERE token = ? AND outcome IS NULL';
    return this.#run(statement, outcome, token) === 1;
  }

  beatToken(token: string, heartbeatAt: number): boolean {
    const statement = 'UPDATE states_positions SET heartbeatAt = ? WHERE token = ? AND outcome IS NULL';
    return this.#run(statement, heartbeatAt, token) === 1;
  }

  /** Nobody can send heartbeats to a process that has ended. */
  beatAllTokens(heartbeatAt: number): void {
    this.#run('UPDATE states_positions SET heartbeatAt = ?', heartbeatAt);
  }

  #write(execution: number, { path, position, events, isRejoined, at }: Progress): void {
    this.#insertEvents(execution, events);
    this.#run(
      `INSERT INTO states_positions (execution, path, position, token, heartbeatAt) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (execution, path) DO UPDATE SET position = excluded.position, token = excluded.token,
         heartbeatAt = iif(token IS excluded.token, heartbeatAt, excluded.heartbeatAt),
         outcome = iif(token IS excluded.token, outcome, NULL)`,
      ...[execution, path, JSON.stringify(position), position.token ?? null, at],
    );
    if (!isRejoined) return;
    const within = 'DELETE FROM states_positions WHERE execution = ? AND path >= ? AND path < ?';
    // The character after the separator ends the range.
    this.#run(within, execution, `${path}/`, `${path}0`);
  }

  #insertEvents(execution: number, events: readonly EventRow[]): void {
    for (const event of events) this.#insert('INSERT INTO states_events', { execution, ...event });
  }

  #dropDeleted(arn: string): void {
    const idle = `status = 'DELETING' AND NOT EXISTS (
      SELECT 1 FROM states_executions WHERE machineArn = states_machines.arn AND status = 'RUNNING'
    )`;
    if (this.#run(`DELETE FROM states_machines WHERE arn = ? AND ${idle}`, arn) === 0) return;
    const those = 'SELECT id FROM states_executions WHERE machineArn = ?';
    this.#run(`DELETE FROM states_events WHERE execution IN (${those})`, arn);
    this.#run('DELETE FROM states_executions WHERE machineArn = ?', arn);
  }

  #insert<Row>(into: string, row: object): Row {
    const columns = Object.keys(row);
    const values = columns.map(() => '?');
    const statement = this.#prepare(`${into} (${columns}) VALUES (${values}) RETURNING *`);
    return statement.get(...(Object.values(row) as SQLInputValue[])) as unknown as Row;
  }

  #all<Row>(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...parameters) as unknown[] as Row[];
  }

  #run(sql: string, ...parameters: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...parameters).changes);
  }

  #prepare(sql: string): StatementSync {
    const prepared = this.#statements.get(sql) ?? this.#store.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}
