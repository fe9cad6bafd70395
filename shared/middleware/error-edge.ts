import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { InvalidInput, ShopError } from '../errors.ts';
import { logger, metrics } from '../logger.ts';
import type { HttpEvent } from './http-event.ts';
import { problemOf } from './problem.ts';

/**
 * The only place where an error becomes an answer: problem+json for the caller, the whole error for the log when
 * the fault is ours.
 */
export function errorEdge(): MiddlewareObj<HttpEvent, APIGatewayProxyStructuredResultV2> {
  return {
    onError: (request) => {
      const error = namedError(request.error);
      const { problem, retryAfterSeconds } = problemOf(error, request.event.requestContext.requestId);

      if (problem.status >= 500) {
        logger.error('The request failed.', { error: error as Error });
        metrics.addMetric('ServerErrors', 'Count', 1);
      }
      request.response = {
        statusCode: problem.status,
        headers: {
          'content-type': 'application/problem+json',
          'cache-control': 'no-store',
          ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
        },
        body: JSON.stringify(problem),
      };
    },
  };
}

/** The body parser throws HTTP errors of its own kind, always 422 here; these get their name in ours. */
function namedError(error: unknown): unknown {
  if (error instanceof ShopError || !(error instanceof Error) || !('statusCode' in error)) return error;
  if (error.statusCode !== 422) return error;
  return new InvalidInput(
    error.message === 'Forbidden key in JSON body'
      ? 'The body has the forbidden key "__proto__".'
      : 'The body is not valid JSON.',
    [],
    { cause: error },
  );
}
