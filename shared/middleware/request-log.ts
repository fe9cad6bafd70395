import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { logger, metrics } from '../logger.ts';
import { correlationIdOf, type HttpEvent } from './http-event.ts';

interface Timing extends Record<string, unknown> {
  startedAt: number;
  correlationId: string;
}

/**
 * Ties every log line of a request to its correlation id, writes one line when it is answered, and flushes what was
 * counted meanwhile. Nothing of the request but its route and ids is logged: paths and bodies may be personal.
 */
export function requestLog(): MiddlewareObj<HttpEvent, APIGatewayProxyStructuredResultV2> {
  const answered = (request: { event: HttpEvent; response: unknown; internal: Record<string, unknown> }) => {
    const { startedAt, correlationId } = request.internal as Timing;
    const response = request.response as APIGatewayProxyStructuredResultV2 | undefined;
    if (response) response.headers = { ...response.headers, 'x-correlation-id': correlationId };
    logger.info('Request answered.', {
      status: response?.statusCode,
      durationMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
    });
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };

  return {
    before: ({ event, context, internal }) => {
      const correlationId = correlationIdOf(event);
      Object.assign(internal, { startedAt: performance.now(), correlationId } satisfies Timing);
      logger.resetKeys();
      logger.addContext(context);
      logger.appendKeys({
        correlationId,
        requestId: event.requestContext.requestId,
        route: event.routeKey,
      });
    },
    after: answered,
    onError: answered,
  };
}
