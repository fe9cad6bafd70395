import type { Clock } from './clock.ts';
import { Interrupted, StateFailure } from './failure.ts';
import type { Ending, EventRow, ExecutionRow, ExecutionStore } from './store.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MAX_EVENTS = 25_000;

/** Where a line of an execution stands: in a state, or at its end. */
export interface Position {
  readonly state: string;
  readonly input: unknown;
  lastEvent: number;
  /** None until the state was entered. */
  enteredAt?: number;
  /** How often each retrier was used in this visit of the state. */
  readonly retries?: readonly number[];
  /** When a Wait state ends, or the next attempt begins. */
  due?: number;
  token?: string;
  /** Of a task whose request is out and which waits for its token; null when it may wait for ever. */
  timeoutAt?: number | null;
  /** Branches or iterations have begun. */
  isForked?: boolean;
  /** What the line came to its end with. */
  readonly output?: { readonly value: unknown };
}

/** The main line of an execution, or that of a branch or an iteration. */
export interface Line {
  /** Empty for the main line, `/1` for its second branch. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** What the context object has of the iteration. */
  readonly item: object;
  /** Whether nothing of it was written before. */
  readonly isNew: boolean;
  position: Position;
  pending: { readonly at: number; readonly type: string; readonly details: object | undefined }[];
  /** The lines within it are of no more use. */
  isRejoined: boolean;
}

/** AWS leaves data out of a history where it is too long; the local cloud never does. */
const WHOLE = { truncated: false };
const ENDINGS = {
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  TIMED_OUT: 'TimedOut',
  ABORTED: 'Aborted',
} as const;
export const inputOf = (data: unknown) => ({ input: JSON.stringify(data), inputDetails: WHOLE });
export const outputOf = (data: unknown) => ({ output: JSON.stringify(data), outputDetails: WHOLE });

/** Writes down where the lines of an execution stand, and what happened on the way there. */
export class Journal {
  readonly #row: ExecutionRow;
  readonly #store: ExecutionStore;
  readonly #clock: Clock;
  /** Where the lines stood when an earlier process ended, by path. */
  readonly #saved: Map<string, string>;
  #lastEvent: number;

  constructor(row: ExecutionRow, store: ExecutionStore, clock: Clock) {
    this.#row = row;
    this.#store = store;
    this.#clock = clock;
    this.#saved = store.positions(row.id);
    this.#lastEvent = store.lastEvent(row.id);
  }

  /** The line as it was left, or a new one. */
  line(path: string, signal: AbortSignal, item: object, start: Position): Line {
    const saved = this.#saved.get(path);
    this.#saved.delete(path);
    const position: Position = saved ? JSON.parse(saved) : start;
    return { path, signal, item, isNew: !saved, position, pending: [], isRejoined: false };
  }

  /** The lines within this one are of no more use. */
  rejoin(line: Line): void {
    line.isRejoined = true;
    for (const path of this.#saved.keys()) if (path.startsWith(`${line.path}/`)) this.#saved.delete(path);
  }

  /** @throws StateFailure when the history is full but for its last event */
  record(line: Line, type: string, details?: object): void {
    if (this.#lastEvent + line.pending.length + 1 >= MAX_EVENTS) {
      const cause = `The execution reached the maximum number of history events (${MAX_EVENTS}).`;
      throw new StateFailure('States.Runtime', cause);
    }
    line.pending.push({ at: this.#clock.now(), type, details });
  }

  /**
   * Writes what the line has come to; always before it waits for the world outside.
   *
   * @throws Interrupted when the line is over
   */
  commit(line: Line): void {
    if (line.signal.aborted) throw new Interrupted();
    const { path, position, isRejoined } = line;
    const events = this.#numbered(line);
    this.#store.commit(this.#row.id, { path, position, events, isRejoined, at: this.#clock.now() });
    line.isRejoined = false;
  }

  /** Writes the end of the execution, with what led to it on the line, and says when that is. */
  end(ending: Ending, line: Line | undefined): number {
    const { status, output, error, cause } = ending;
    const at = this.#clock.now();
    const events = line ? this.#numbered(line) : [];
    events.push({
      id: this.#lastEvent + 1,
      at,
      type: `Execution${ENDINGS[status]}`,
      previous: line?.position.lastEvent ?? 0,
      details: JSON.stringify(output === undefined ? { error, cause } : { output, outputDetails: WHOLE }),
    });
    this.#store.endExecution(this.#row, ending, at, events);
    return at;
  }

  #numbered(line: Line): EventRow[] {
    return line.pending.splice(0).map(({ at, type, details }) => {
      const previous = line.position.lastEvent;
      this.#lastEvent += 1;
      line.position.lastEvent = this.#lastEvent;
      return { id: this.#lastEvent, at, type, previous, details: JSON.stringify(details ?? {}) };
    });
  }
}
