import * as z from 'zod/mini';
import { logger } from '../../../../shared/logger.ts';
import { type InvocationHandler, invocationHandler } from '../../../../shared/middleware/invocation.ts';
import { inShape } from '../../../../shared/middleware/shape.ts';
import type { Connection } from '../domain/subscribe.ts';

// API Gateway closes a connection after two hours.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
const LONGEST_MS = 2 * 60 * 60 * 1_000;

const connectionEvent = z.object({
  headers: z.optional(z.record(z.string(), z.string())),
  body: z.optional(z.string()),
  requestContext: z.object({
    routeKey: z.string(),
    requestId: z.string(),
    connectionId: z.string().check(z.minLength(1)),
    connectedAt: z.number(),
    authorizer: z.object({ customerId: z.string().check(z.minLength(1)), tokenEndsAt: z.coerce.number() }),
  }),
});

/** What a client does on a connection: it opens it, sends a message, or ends it. */
export interface ConnectionEvent {
  readonly connection: Connection;
  /** Of the request to connect alone. */
  readonly headers: Readonly<Record<string, string>>;
  /** The message, if it is one. */
  readonly body: string;
  readonly requestId: string;
  readonly route: string;
}

/** What API Gateway is answered: it lets a client in with 200 alone, and sends the body of an answer to a message. */
export interface ConnectionAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Wraps a pure `respond` as the function of a route of the WebSocket API. Messages are not logged, nor are headers. */
export const connectionHandler = (
  respond: (event: ConnectionEvent) => Promise<ConnectionAnswer>,
): InvocationHandler<ConnectionEvent, ConnectionAnswer> =>
  invocationHandler('message', eventOf, async (event) => {
    const { connection, requestId, route } = event;
    logger.appendKeys({ connectionId: connection.id, requestId, route });
    return respond(event);
  });

function eventOf(event: unknown): ConnectionEvent {
  const { headers = {}, body = '', requestContext } = inShape(connectionEvent, event, 'The event');
  const { routeKey, requestId, connectionId, connectedAt, authorizer } = requestContext;
  return {
    headers,
    body,
    requestId,
    route: routeKey,
    connection: {
      id: connectionId,
      customerId: authorizer.customerId,
      until: new Date(Math.min(authorizer.tokenEndsAt * 1_000, connectedAt + LONGEST_MS)),
    },
  };
}
