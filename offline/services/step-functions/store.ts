import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { type Store, transaction } from '../../store.ts';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface MachineRow {
  readonly arn: string;
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly status: 'ACTIVE' | 'DELETING';
  readonly createdAt: number;
}

/** Times are in milliseconds since the epoch. */
export interface ExecutionRow {
  readonly id: number;
  readonly arn: string;
  readonly machineArn: string;
  readonly name: string;
  readonly status: Status;
  /** What it was started with, which a later update of the state machine does not change; none when it ended. */
  readonly definition: string | null;
  readonly roleArn: string;
  readonly input: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
  readonly startedAt: number;
  readonly stoppedAt: number | null;
}

export type NewExecution = Pick<
  ExecutionRow,
  'arn' | 'machineArn' | 'name' | 'roleArn' | 'input' | 'startedAt'
> & {
  readonly definition: string;
};

export interface Ending {
  readonly status: Exclude<Status, 'RUNNING'>;
  readonly output?: string;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

export interface EventRow {
  readonly id: number;
  readonly at: number;
  readonly type: string;
  readonly previous: number;
  /** JSON. */
  readonly details: string;
}

/** A token that a task waits for. */
export interface TokenRow {
  readonly heartbeatAt: number;
  /** The JSON of what came back with it. */
  readonly outcome: string | null;
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
        status TEXT NOT NULL DEFAULT 'ACTIVE', createdAt INTEGER NOT NULL
      );
      CREATE TABLE IF NOT EXISTS states_executions (
        id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, machineArn TEXT NOT NULL, name TEXT NOT NULL,
        status TEXT NOT NULL, definition TEXT, roleArn TEXT NOT NULL, input TEXT NOT NULL, output TEXT,
        error TEXT, cause TEXT, startedAt INTEGER NOT NULL, stoppedAt INTEGER, finished INTEGER UNIQUE
      );
      CREATE INDEX IF NOT EXISTS states_executions_machine ON states_executions (machineArn);
      CREATE INDEX IF NOT EXISTS states_executions_status ON states_executions (status);
      CREATE TABLE IF NOT EXISTS states_events (
        execution INTEGER NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL,
        previous INTEGER NOT NULL, details TEXT NOT NULL, PRIMARY KEY (execution, id)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS states_lines (
        execution INTEGER NOT NULL, path TEXT NOT NULL, position TEXT NOT NULL, PRIMARY KEY (execution, path)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS states_tokens (
        token TEXT PRIMARY KEY, execution INTEGER NOT NULL, path TEXT NOT NULL, heartbeatAt INTEGER NOT NULL,
        outcome TEXT
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS states_tokens_line ON states_tokens (execution, path)`);
  }

  machine(arn: string): MachineRow | undefined {
    return this.#all<MachineRow>('SELECT * FROM states_machines WHERE arn = ?', arn)[0];
  }

  machines(afterName: string, limit: number): MachineRow[] {
    return this.#all('SELECT * FROM states_machines WHERE name > ? ORDER BY name LIMIT ?', afterName, limit);
  }

  putMachine({ arn, name, definition, roleArn, createdAt }: Omit<MachineRow, 'status'>): void {
    this.#run(
      `INSERT INTO states_machines (arn, name, definition, roleArn, createdAt) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (arn) DO UPDATE SET definition = excluded.definition, roleArn = excluded.roleArn`,
      arn,
      name,
      definition,
      roleArn,
      createdAt,
    );
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
    const conditions = Object.entries(columns).filter(([, value]) => value !== undefined);
    return this.#all(
      `SELECT * FROM states_executions WHERE id < ? ${conditions.map(([column]) => `AND ${column} = ?`).join(' ')}
       ORDER BY id DESC LIMIT ?`,
      ...[before, ...conditions.map(([, value]) => String(value)), limit],
    );
  }

  startExecution(execution: NewExecution, started: Progress): ExecutionRow {
    const { arn, machineArn, name, definition, roleArn, input, startedAt } = execution;
    return transaction(this.#store, () => {
      const row = this.#prepare(
        `INSERT INTO states_executions (arn, machineArn, name, status, definition, roleArn, input, startedAt)
         VALUES (?, ?, ?, 'RUNNING', ?, ?, ?, ?) RETURNING *`,
      ).get(arn, machineArn, name, definition, roleArn, input, startedAt) as unknown as ExecutionRow;
      this.#write(row.id, started);
      return row;
    });
  }

  commit(execution: number, progress: Progress): void {
    transaction(this.#store, () => this.#write(execution, progress));
  }

  endExecution(
    execution: ExecutionRow,
    ending: Ending,
    stoppedAt: number,
    events: readonly EventRow[],
  ): void {
    const { status, output = null, error = null, cause = null } = ending;
    transaction(this.#store, () => {
      this.#insertEvents(execution.id, events);
      const [{ finished } = { finished: 0 }] = this.#all<{ finished: number }>(
        `UPDATE states_executions SET status = ?, output = ?, error = ?, cause = ?, stoppedAt = ?, definition = NULL,
         finished = (SELECT ifnull(max(finished), 0) + 1 FROM states_executions) WHERE id = ? RETURNING finished`,
        ...[status, output, error, cause, stoppedAt, execution.id],
      );
      this.#run('DELETE FROM states_lines WHERE execution = ?', execution.id);
      this.#run('DELETE FROM states_tokens WHERE execution = ?', execution.id);
      this.#run(
        'DELETE FROM states_events WHERE execution IN (SELECT id FROM states_executions WHERE finished = ?)',
        finished - this.#kept.histories,
      );
      this.#run('DELETE FROM states_executions WHERE finished = ?', finished - this.#kept.executions);
      this.#dropDeleted(execution.machineArn);
    });
  }

  /** By path, the JSON of where the lines of an execution stand. */
  positions(execution: number): Map<string, string> {
    const rows = this.#all<{ path: string; position: string }>(
      'SELECT path, position FROM states_lines WHERE execution = ?',
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
      execution,
      after,
      limit,
    );
  }

  lastEvent(execution: number): number {
    const row = this.#prepare('SELECT max(id) AS id FROM states_events WHERE execution = ?').get(execution);
    return Number(row?.id);
  }

  token(token: string): TokenRow | undefined {
    return this.#all<TokenRow>('SELECT * FROM states_tokens WHERE token = ?', token)[0];
  }

  /** Whether the token is still waited for; it takes one outcome. */
  settleToken(token: string, outcome: string): boolean {
    const statement = 'UPDATE states_tokens SET outcome = ? WHERE token = ? AND outcome IS NULL';
    return this.#run(statement, outcome, token) === 1;
  }

  beatToken(token: string, heartbeatAt: number): boolean {
    const statement = 'UPDATE states_tokens SET heartbeatAt = ? WHERE token = ? AND outcome IS NULL';
    return this.#run(statement, heartbeatAt, token) === 1;
  }

  /** Nobody can send heartbeats to a process that has ended. */
  beatAllTokens(heartbeatAt: number): void {
    this.#run('UPDATE states_tokens SET heartbeatAt = ?', heartbeatAt);
  }

  #write(execution: number, { path, position, events, isRejoined, at }: Progress): void {
    this.#insertEvents(execution, events);
    const put = 'INSERT OR REPLACE INTO states_lines (execution, path, position) VALUES (?, ?, ?)';
    this.#run(put, execution, path, JSON.stringify(position));
    for (const table of isRejoined ? ['states_lines', 'states_tokens'] : []) {
      const within = `DELETE FROM ${table} WHERE execution = ? AND path >= ? AND path < ?`;
      // The character after the separator ends the range.
      this.#run(within, execution, `${path}/`, `${path}0`);
    }
    const { token = '' } = position;
    const others = 'DELETE FROM states_tokens WHERE execution = ? AND path = ? AND token <> ?';
    this.#run(others, execution, path, token);
    if (token === '') return;
    const add =
      'INSERT OR IGNORE INTO states_tokens (token, execution, path, heartbeatAt) VALUES (?, ?, ?, ?)';
    this.#run(add, token, execution, path, at);
  }

  #insertEvents(execution: number, events: readonly EventRow[]): void {
    const insert =
      'INSERT INTO states_events (execution, id, at, type, previous, details) VALUES (?, ?, ?, ?, ?, ?)';
    for (const { id, at, type, previous, details } of events) {
      this.#run(insert, execution, id, at, type, previous, details);
    }
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

  #run(sql: string, ...parameters: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...parameters).changes);
  }

  #prepare(sql: string): StatementSync {
    const prepared = this.#statements.get(sql) ?? this.#store.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  #all<Row>(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...parameters) as unknown[] as Row[];
  }
}
