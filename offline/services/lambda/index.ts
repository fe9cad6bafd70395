import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { AwsError } from '../../aws/error.ts';
import type { Faults } from '../../aws/faults.ts';
import { ACCOUNT_ID } from '../../cloudformation/intrinsics.ts';
import type { Outcome } from '../../lambda/instance.ts';
import { type InFlight, LambdaRunner, type RunnableFunction } from '../../lambda/runner.ts';
import type { InvocationLog } from '../../log.ts';
import type { Store } from '../../store.ts';
import type { AwsApi, Functions } from '../service.ts';
import type { Targets } from '../targets.ts';
import { AsynchronousInvocations } from './asynchronous.ts';
import type { AsynchronousSettings } from './declaration.ts';

export interface LambdaOptions {
  readonly region: string;
  readonly store: Store;
  readonly targets: Targets;
  readonly faults: Faults;
  readonly log: InvocationLog;
  readonly now?: () => number;
}

/** A function of the application with all that is declared of it. */
export interface LambdaFunction {
  readonly runnable: RunnableFunction;
  readonly asynchronous: AsynchronousSettings;
}

export function functionArn(region: string, name: string): string {
  return `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${name}`;
}

const MAX_ASYNCHRONOUS_BYTES = 1024 * 1024;

/** Lambda: runs functions for whoever invokes them, at once or later. */
export class Lambda implements Functions {
  readonly api: AwsApi;
  readonly #options: LambdaOptions;
  readonly #asynchronous: AsynchronousInvocations;
  #functions: ReadonlyMap<string, LambdaFunction> = new Map();
  #runner = new LambdaRunner(new Map());

  constructor(options: LambdaOptions) {
    this.#options = options;
    const { store, targets, now = Date.now } = options;
    this.#asynchronous = new AsynchronousInvocations({
      ...{ store, targets, now },
      settingsOf: (key) => ({ ...this.#settingsOf(key), arn: this.arnOf(key) }),
      run: (key, payload, trigger, requestId) => this.#run(key, JSON.parse(payload), trigger, requestId),
    });
    this.api = {
      signingName: 'lambda',
      targets: [],
      operationOf: operationOf,
      handle: (request, response, operation) => this.#handle(request, response, operation),
    };
  }

  /** From now on functions can run; invocations that an earlier process had accepted begin. */
  use(functions: ReadonlyMap<string, LambdaFunction>): void {
    this.#functions = functions;
    const runnable = new Map([...functions].map(([key, entry]) => [key, entry.runnable]));
    this.#runner = new LambdaRunner(runnable, (key) => this.#options.faults.forFunction(key, 'kill'));
    this.#asynchronous.start();
  }

  stop(): void {
    this.#asynchronous.stop();
    this.#runner.stop();
  }

  /** The next invocation of every function loads its code anew. */
  reload(): void {
    this.#runner.reload();
  }

  get inFlight(): readonly InFlight[] {
    return this.#runner.inFlight;
  }

  /** How many asynchronous invocations have not come to their end. */
  get pending(): number {
    return this.#asynchronous.size;
  }

  arnOf(functionKey: string): string {
    return functionArn(this.#options.region, this.#functions.get(functionKey)?.runnable.name ?? functionKey);
  }

  async invoke(nameOrArn: string, event: unknown, trigger: string): Promise<Outcome> {
    return this.#run(this.#keyOf(nameOrArn), event, trigger);
  }

  /**
   * Writes the invocation down, so that it happens whatever comes, and answers its request id.
   *
   * @throws AwsError when there is no such function, or the event is too large
   */
  invokeLater(nameOrArn: string, event: unknown, trigger: string): string {
    const payload = JSON.stringify(event ?? null);
    if (Buffer.byteLength(payload) > MAX_ASYNCHRONOUS_BYTES) {
      throw new AwsError(
        'RequestTooLargeException',
        'The event of an asynchronous invocation is above 1 MB.',
        413,
      );
    }
    return this.#asynchronous.add(this.#keyOf(nameOrArn), payload, trigger);
  }

  /** Runs a function for a caller that logs the outcome in words of its own, as the HTTP API does. */
  get runner(): LambdaRunner {
    return this.#runner;
  }

  async #run(key: string, event: unknown, trigger: string, requestId?: string): Promise<Outcome> {
    const runs = [this.#runner.invoke(key, event, requestId)];
    if (this.#options.faults.forFunction(key, 'duplicate')) runs.push(this.#runner.invoke(key, event));
    const outcomes = await Promise.all(runs);
    for (const invoked of outcomes) {
      const status = 'error' in invoked ? invoked.error.errorType : 'ok';
      this.#options.log({ functionKey: key, trigger, status, invoked });
    }
    const [outcome] = outcomes;
    if (!outcome) throw new Error('Nothing ran.');
    return outcome;
  }

  #settingsOf(key: string): AsynchronousSettings {
    const { asynchronous } = this.#functions.get(key) ?? {};
    // An event of a function that has been taken out of the application since.
    return asynchronous ?? { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60 };
  }

  /** Takes a name, a partial or a whole ARN, with the qualifier `$LATEST` or none. */
  #keyOf(nameOrArn: string): string {
    const name = nameOrArn.replace(/^.*:?function:/, '').replace(/:\$LATEST$/, '');
    for (const [key, { runnable }] of this.#functions) {
      if (runnable.name === name) return key;
    }
    throw new AwsError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404);
  }

  /** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
  async #handle(request: IncomingMessage, response: ServerResponse, operation: string): Promise<void> {
    const called = INVOKE.exec(request.url ?? '');
    if (operation !== 'Invoke' || !called) {
      request.resume();
      const message = `The local cloud does not emulate lambda (${operation}).`;
      throw new AwsError('NotImplemented', message, 501);
    }
    const name = decodeURIComponent(called[1] ?? '');
    const { searchParams } = new URL(request.url ?? '', 'http://lambda');
    const qualifier = searchParams.get('Qualifier') ?? '$LATEST';
    const event = parseEvent(await text(request));
    if (qualifier !== '$LATEST') {
      throw new AwsError('ResourceNotFoundException', `Function not found: ${name}:${qualifier}`, 404);
    }
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (type === 'Event') {
      const requestId = this.invokeLater(name, event, 'Invoke');
      response.writeHead(202, { 'x-amzn-requestid': requestId }).end();
    } else if (type === 'DryRun') {
      this.#keyOf(name);
      response.writeHead(204).end();
    } else {
      const outcome = await this.invoke(name, event, 'Invoke');
      const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
      if ('error' in outcome) {
        response
          .writeHead(200, { ...headers, 'x-amz-function-error': 'Unhandled' })
          .end(JSON.stringify(outcome.error));
      } else {
        response.writeHead(200, headers).end(outcome.payload);
      }
    }
  }
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations(?:\?|$)/;

function operationOf(request: IncomingMessage): string {
  const { method, url = '' } = request;
  return method === 'POST' && INVOKE.test(url) ? 'Invoke' : `${method} ${url}`;
}

function parseEvent(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json.');
  }
}
