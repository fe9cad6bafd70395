import { createHash } from 'node:crypto';

/** Something that happened; `order` is the number of the order that it concerns. */
export interface TraceEvent {
  /** In milliseconds since the epoch of the simulated world. */
  readonly at: number;
  readonly order: number | undefined;
  readonly text: string;
}

/** All that happened in one simulated world. */
export class Trace {
  readonly #events: TraceEvent[] = [];
  readonly #hash = createHash('sha256');
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  note(order: number | undefined, text: string): void {
    const event = { at: this.#now(), order, text };
    this.#events.push(event);
    this.#hash.update(`${event.at} ${order} ${text}\n`);
  }

  of(order: number): readonly TraceEvent[] {
    return this.#events.filter((event) => event.order === order);
  }

  /** Two worlds with the same digest went the same way. To be asked for once. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}
