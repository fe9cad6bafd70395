import middy, { type MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { ShopError } from '../errors.ts';
import { logger, metrics } from '../logger.ts';

/** A Lambda handler for what comes from a service of AWS and not from an HTTP request. */
export interface InvocationHandler<Input, Output> {
  (event: unknown, context: Context): Promise<Output>;
  /** What the handler takes from an event. @throws InvalidInput when the event is not what it is made for */
  readonly inputOf: (event: unknown) => Input;
}

/**
 * Lambda stops a function that takes too long, with all that it was doing. Answering a moment before would leave it
 * frozen, to go on in the midst of the next invocation.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
const UNTIL_STOPPED = { timeoutEarlyInMillis: 0 };

/** Wraps what a function does in what every invocation shares: its log and its metrics. `what` names it there. */
export function invocationHandler<Input, Output>(
  what: string,
  inputOf: (event: unknown) => Input,
  respond: (input: Input, context: Context) => Promise<Output>,
): InvocationHandler<Input, Output> {
  const stack = middy<unknown, Output>(
    async (event: unknown, context: Context) => respond(inputOf(event), context),
    UNTIL_STOPPED,
  ).use(invocationLog(what));
  return Object.assign(stack as unknown as (event: unknown, context: Context) => Promise<Output>, {
    inputOf,
  });
}

/**
 * Writes one line when the invocation ends, and flushes what was counted meanwhile. An error is logged whole and goes
 * on to who invoked, by whose rules it is tried again or caught: one of our own is a warning, any other a fault,
 * which is counted.
 */
function invocationLog(what: string): MiddlewareObj<unknown, unknown> {
  type Invocation = { internal: Record<string, unknown> };
  const durationMs = ({ internal }: Invocation) =>
    Math.round((performance.now() - Number(internal.startedAt)) * 1000) / 1000;
  const flush = () => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };

  return {
    before: ({ context, internal }) => {
      Object.assign(internal, { startedAt: performance.now() });
      logger.resetKeys();
      logger.addContext(context);
    },
    after: (invocation) => {
      logger.info(`The ${what} is done.`, { durationMs: durationMs(invocation) });
      flush();
    },
    onError: (invocation) => {
      const error = invocation.error as Error;
      const line = { error, durationMs: durationMs(invocation) };
      if (error instanceof ShopError) {
        logger.warn(`The ${what} failed.`, line);
      } else {
        logger.error(`The ${what} failed.`, line);
        metrics.addMetric('Faults', 'Count', 1);
      }
      flush();
    },
  };
}
