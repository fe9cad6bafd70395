import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { type InvalidField, InvalidInput } from '../errors.ts';
import { correlationIdOf, type HttpEvent } from './http-event.ts';
import { type Schema, shaped } from './shape.ts';

/** What a route takes. A part without a schema reaches the handler as `undefined`. */
export interface HttpContract<Path = undefined, Query = undefined, Body = undefined> {
  readonly path?: Schema<Path>;
  readonly query?: Schema<Query>;
  readonly body?: Schema<Body>;
  /** What the body may be sent as; application/json when it is not given. */
  readonly mediaTypes?: readonly string[];
  /** The Content-Security-Policy of a page; an answer of the API needs none. */
  readonly contentSecurityPolicy?: string;
}

/** A request that has the shape of its contract. */
export interface HttpRequest<Path = undefined, Query = undefined, Body = undefined> {
  readonly path: Path;
  readonly query: Query;
  readonly body: Body;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Who asks, by the token's `sub`; absent on a public route. */
  readonly caller?: string;
  readonly correlationId: string;
  /** Time left until the function is stopped, in milliseconds. */
  readonly remainingTimeMs: number;
}

/** What an event has passed as, on the event itself: a WeakMap takes each request a microsecond. */
const SHAPE = Symbol('shape');

interface ShapedEvent extends HttpEvent {
  [SHAPE]?: { readonly path: unknown; readonly query: unknown; readonly body: unknown };
}

/** Refuses a request that is not of its contract's shape, naming every field that is wrong. */
export function validate(contract: HttpContract<unknown, unknown, unknown>): MiddlewareObj<HttpEvent> {
  return {
    before: ({ event }: { event: ShapedEvent }) => {
      const wrong: InvalidField[] = [];
      const shape = {
        path: passed('path', contract.path, event.pathParameters ?? {}, wrong),
        query: passed('query', contract.query, event.queryStringParameters ?? {}, wrong),
        body: passed('body', contract.body, event.body, wrong),
      };
      if (wrong.length > 0) throw new InvalidInput('The request is not valid.', wrong);
      event[SHAPE] = shape;
    },
  };
}

/** What the schema makes of a part of the request. What is wrong in it is added to `wrong`. */
function passed(
  part: InvalidField['in'],
  schema: Schema<unknown> | undefined,
  input: unknown,
  wrong: InvalidField[],
): unknown {
  if (!schema) return undefined;
  const result = shaped(schema, input);
  if ('output' in result) return result.output;
  for (const field of result.wrong) wrong.push({ in: part, ...field });
  return undefined;
}

/** The request that `validate` let through. */
export function validated<Path, Query, Body>(
  event: ShapedEvent,
  context: Context,
): HttpRequest<Path, Query, Body> {
  const shape = event[SHAPE] as { path: Path; query: Query; body: Body };
  const caller = event.requestContext.authorizer?.jwt.claims.sub;
  return {
    ...shape,
    headers: event.headers,
    ...(caller !== undefined && { caller: String(caller) }),
    correlationId: correlationIdOf(event),
    remainingTimeMs: context.getRemainingTimeInMillis(),
  };
}
