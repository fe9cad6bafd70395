import {
  DynamoDBServiceException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import type { FaultKind, Faults } from './faults.ts';
import type { Invocation } from './functions.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

/** One call of a service, for example of DynamoDB. */
export interface Request {
  /** What a trace says of it. */
  readonly text: string;
  readonly kind: 'read' | 'write' | 'transaction' | 'start' | 'workflow';
  /** How many rows a transaction writes. */
  readonly writes?: number;
  /** The number of the order that it concerns, where its invocation has none. */
  readonly order: number | undefined;
  perform(): Promise<unknown>;
}

/** As shared/dynamodb.ts sets the clients up. */
const MAX_ATTEMPTS = 2;
const REQUEST_TIMEOUT_MS = 1_000;
/** Beyond every TimeoutSeconds of the state machine. */
const LONGEST_DELAY_MS = 100_000;

/** A task that fails again and again has used up its retries by then. */
const UNDONE_WITHIN_MS = 250_000;

const OF_WRITES: readonly FaultKind[] = [
  'throttled',
  'transactionConflict',
  'requestLost',
  'replyLost',
  'landsLate',
  'killedAtTimeout',
  'outlivesItsTimeout',
  'crashBefore',
  'crashAfter',
];
const POSSIBLE: Readonly<Record<Request['kind'], readonly FaultKind[]>> = {
  read: ['throttled', 'requestLost', 'crashBefore', 'killedAtTimeout', 'outlivesItsTimeout'],
  write: OF_WRITES,
  transaction: OF_WRITES,
  start: ['startLost', 'replyLost', 'crashBefore', 'crashAfter'],
  workflow: ['requestLost', 'replyLost', 'crashBefore', 'crashAfter'],
};

interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly faults: Faults;
  readonly trace: Trace;
}

/** What lies between functions and services: time passes there, and things go wrong. */
export class Network {
  readonly #world: World;
  /** Who waits for the next write for an order. */
  readonly #watching = new Map<number, (() => void)[]>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The call with the retries that the SDK makes. */
  async call(invocation: Invocation, request: Request): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(invocation, request);
      } catch (error) {
        this.note(invocation, `${request.text}: ${nameOf(error)}`, request.order);
        if (attempt === MAX_ATTEMPTS || !isRetried(error)) throw error;
        await this.pass(invocation, this.#world.random.between(20, 120));
      }
    }
  }

  /** Lets time pass; the code of an invocation that is over by then does not go on. */
  async pass(invocation: Invocation, milliseconds: number): Promise<void> {
    await this.#world.time.sleep(milliseconds);
    if (invocation.isOver) await new Promise(() => undefined);
  }

  crash(invocation: Invocation): Promise<never> {
    const errorMessage = 'Error: Runtime exited with error: exit status 1';
    invocation.end({ error: { errorType: 'Runtime.ExitError', errorMessage } });
    return new Promise(() => undefined);
  }

  latency(): number {
    const { random } = this.#world;
    const [least, most] = random.pick([
      [1, 8],
      [1, 8],
      [1, 8],
      [4, 60],
      [4, 60],
      [20, 450],
    ] as const);
    return random.between(least, most);
  }

  note(invocation: Invocation, text: string, order = invocation.start.order): void {
    this.#world.trace.note(order, `${invocation.label} · ${text}`);
  }

  nextMove(order: number): Promise<void> {
    return new Promise((resolve) => {
      this.#watching.set(order, [...(this.#watching.get(order) ?? []), resolve]);
    });
  }

  #moved(order: number | undefined): void {
    if (order === undefined) return;
    const watching = this.#watching.get(order) ?? [];
    this.#watching.delete(order);
    for (const wake of watching) wake();
  }

  /** A long time, or until others have moved the order: then it is that what comes late does harm. */
  async #delay(order: number | undefined): Promise<void> {
    const { time, random } = this.#world;
    const longest = random.pick([random.between(1_000, 5_000), random.between(1_000, LONGEST_DELAY_MS)]);
    if (order === undefined || random.chance(0.3)) await time.sleep(longest);
    else await Promise.race([time.sleep(longest), this.#moves(order, random.between(1, 4))]);
  }

  async #moves(order: number, count: number): Promise<void> {
    for (let move = 1; move <= count; move += 1) await this.nextMove(order);
    await this.#world.time.sleep(this.#world.random.between(0, 40));
  }

  async #attempt(invocation: Invocation, request: Request): Promise<unknown> {
    const { time, random } = this.#world;
    invocation.calls += 1;
    const isHungUp = invocation.calls === invocation.start.hangsAtCall;
    const fault = isHungUp ? 'outlivesItsTimeout' : this.#faultOf(invocation, request);
    const perform = () => this.#perform(request);
    if (fault) this.note(invocation, `${request.text} … ${fault}`, request.order);
    switch (fault) {
      case 'throttled':
        await this.pass(invocation, this.latency());
        throw throttled(random);
      case 'transactionConflict':
        await this.pass(invocation, this.latency());
        throw conflict(request);
      case 'requestLost':
      case 'startLost':
        await this.pass(invocation, REQUEST_TIMEOUT_MS);
        throw noAnswer();
      case 'replyLost':
        await this.pass(invocation, this.latency());
        await perform().catch(() => undefined);
        await this.pass(invocation, REQUEST_TIMEOUT_MS);
        throw noAnswer();
      case 'landsLate':
        void this.#landLater(invocation, request);
        await this.pass(invocation, REQUEST_TIMEOUT_MS);
        throw noAnswer();
      case 'killedAtTimeout':
        if (random.chance(0.5)) void this.#landLater(invocation, request);
        await this.pass(invocation, Math.max(0, invocation.deadline - time.now()) + 1);
        break;
      case 'outlivesItsTimeout':
        invocation.outlivesItsTimeout = true;
        if (isHungUp)
          await Promise.race([
            time.sleep(UNDONE_WITHIN_MS),
            this.#moves(request.order ?? 0, random.between(1, 2)),
          ]);
        else await this.#delay(request.order);
        break;
      case 'crashBefore':
        return this.crash(invocation);
      case 'crashAfter':
        await this.pass(invocation, this.latency());
        await perform().catch(() => undefined);
        return this.crash(invocation);
    }
    await this.pass(invocation, this.latency());
    const answer = await perform();
    this.note(invocation, request.text, request.order);
    await this.pass(invocation, this.latency());
    return answer;
  }

  async #perform(request: Request): Promise<unknown> {
    const answer = await this.#world.time.during(request.perform);
    if (request.kind !== 'read') this.#moved(request.order);
    return answer;
  }

  /** The request is still on its way when nobody waits for it any more. */
  async #landLater(invocation: Invocation, request: Request): Promise<void> {
    await this.#delay(request.order);
    const how = await this.#perform(request).then(() => 'lands late', nameOf);
    this.note(invocation, `${request.text} … ${how}`, request.order);
  }

  #faultOf({ start, outlivesItsTimeout }: Invocation, request: Request): FaultKind | undefined {
    if (start.isCalm) return undefined;
    return POSSIBLE[request.kind].find((kind) => {
      if (kind === 'outlivesItsTimeout' && (!start.isTask || outlivesItsTimeout)) return false;
      return this.#world.faults.strikes(kind);
    });
  }
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : String(error));

function isRetried(error: unknown): boolean {
  return ['TimeoutError', 'ThrottlingException', 'ProvisionedThroughputExceededException'].includes(
    nameOf(error),
  );
}

const $metadata = { httpStatusCode: 400, attempts: MAX_ATTEMPTS, totalRetryDelay: 0 };

function throttled(random: Random): Error {
  const name = random.pick(['ThrottlingException', 'ProvisionedThroughputExceededException']);
  return new DynamoDBServiceException({ name, $fault: 'client', $metadata, message: 'Rate exceeded' });
}

function conflict({ kind, writes = 0 }: Request): Error {
  if (kind === 'write')
    return new TransactionConflictException({ $metadata, message: 'Transaction is ongoing' });
  const Code = 'TransactionConflict';
  return new TransactionCanceledException({
    $metadata,
    message: 'Transaction cancelled',
    CancellationReasons: Array.from({ length: writes }, (_, row) => ({
      Code: row === writes - 1 ? Code : 'None',
    })),
  });
}

/** As the SDK ends a request that nobody answers. */
export function noAnswer(): Error {
  const attempts = { attempts: MAX_ATTEMPTS, totalRetryDelay: 0 };
  return Object.assign(new Error('Request timed out'), { name: 'TimeoutError', $metadata: attempts });
}
