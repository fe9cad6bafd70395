import { describeError } from '../../../offline/lambda/function-error.ts';
import type { Outcome } from '../../../offline/lambda/instance.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What is known of an invocation while it runs. */
export interface InvocationStart {
  readonly name: string;
  /** The number of the order that it works for, when one is known. */
  readonly order: number | undefined;
  readonly timeoutMs: number;
  /** Nothing goes wrong in it. */
  readonly isCalm?: boolean;
  /** It is a task of the state machine, which has a time-out of its own. */
  readonly isTask?: boolean;
  /** Which of its calls is held up until the order is being undone. */
  readonly hangsAtCall?: number;
}

/** One run of a function's code. When it is over, the code never goes on. */
export class Invocation {
  readonly label: string;
  readonly start: InvocationStart;
  readonly deadline: number;
  readonly ended: Promise<Outcome>;
  readonly over = new AbortController();
  /** Nobody waits for it any more, and yet it goes on. */
  outlivesItsTimeout = false;
  calls = 0;
  #settle: (outcome: Outcome) => void = () => undefined;

  constructor(start: InvocationStart, label: string, deadline: number) {
    this.start = start;
    this.label = label;
    this.deadline = deadline;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get isOver(): boolean {
    return this.over.signal.aborted;
  }

  end(outcome: Outcome): void {
    this.over.abort();
    this.#settle(outcome);
  }
}

/** Runs the code of functions in this process, as Lambda would: with a time-out, and with crashes. */
export class Functions {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #trace: Trace;
  #invoked = 0;

  constructor(world: { time: VirtualTime; random: Random; trace: Trace }) {
    this.#time = world.time;
    this.#random = world.random;
    this.#trace = world.trace;
  }

  async run(start: InvocationStart, work: (invocation: Invocation) => Promise<unknown>): Promise<Outcome> {
    this.#invoked += 1;
    const { name, order, timeoutMs } = start;
    const deadline = this.#time.now() + timeoutMs;
    const invocation = new Invocation(start, `${name} ${this.#invoked}`, deadline);
    this.#trace.note(order, `${invocation.label} begins`);
    void this.#killAt(invocation);
    void this.#work(invocation, work);
    const outcome = await invocation.ended;
    this.#trace.note(order, `${invocation.label} ${endingOf(outcome)}`);
    return outcome;
  }

  async #work(invocation: Invocation, work: (invocation: Invocation) => Promise<unknown>): Promise<void> {
    await this.#time.sleep(
      this.#random.chance(0.1) ? this.#random.between(100, 400) : this.#random.between(1, 15),
    );
    try {
      const result = await work(invocation);
      invocation.end({ payload: JSON.stringify(result ?? null) });
    } catch (error) {
      const { errorType, errorMessage } = describeError(error);
      invocation.end({ error: { errorType, errorMessage } });
    }
  }

  async #killAt(invocation: Invocation): Promise<void> {
    await this.#time.until(invocation.deadline, invocation.over.signal);
    if (invocation.isOver || invocation.outlivesItsTimeout) return;
    const seconds = (invocation.start.timeoutMs / 1_000).toFixed(2);
    const errorMessage = `Error: Task timed out after ${seconds} seconds`;
    invocation.end({ error: { errorType: 'Sandbox.Timedout', errorMessage } });
  }
}

function endingOf(outcome: Outcome): string {
  if ('payload' in outcome) return 'ends';
  const { errorType, errorMessage } = outcome.error;
  return `fails: ${errorType}: ${errorMessage.slice(0, 160)}`;
}
