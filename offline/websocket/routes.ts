import { z } from 'zod';
import { declared } from '../declaration.ts';
import type { FunctionDeclaration } from '../framework.ts';

/** The route of a WebSocket API. */
export interface WebSocketRoute {
  readonly routeKey: string;
  readonly functionKey: string;
  /** Whether what the function answers to a message is sent to the client. */
  readonly answers: boolean;
  /** Who is asked before the connection is opened, and the headers that a request must have for it. */
  readonly authorizer?: { readonly functionKey: string; readonly headers: readonly string[] };
}

const HEADER = /^route\.request\.header\.([\w-]+)$/;
/** What the framework asks for when nothing is said. */
const DEFAULT_SOURCE = ['route.request.header.Auth'];

const authorizer = z.strictObject({
  name: z.string(),
  identitySource: z.array(z.string().regex(HEADER)).default(DEFAULT_SOURCE),
});
const routeEvent = z.strictObject({
  route: z.string(),
  routeResponseSelectionExpression: z.literal('$default').optional(),
  authorizer: z.union([z.string().transform((name) => authorizer.parse({ name })), authorizer]).optional(),
});

/** The routes of all functions, by their keys. @throws LocalCloudError for what does not run locally */
export function webSocketRoutesOf(
  functions: Readonly<Record<string, FunctionDeclaration>>,
): Map<string, WebSocketRoute> {
  const routes = Object.entries(functions).flatMap(([functionKey, { events = [] }]) =>
    events.flatMap(({ websocket }) => {
      if (websocket === undefined) return [];
      const event = typeof websocket === 'string' ? { route: websocket } : websocket;
      const { route, routeResponseSelectionExpression, authorizer } = declared(
        `function ${functionKey}: websocket`,
        routeEvent,
        event,
      );
      return {
        routeKey: route,
        functionKey,
        answers: routeResponseSelectionExpression !== undefined,
        ...(authorizer && {
          authorizer: {
            functionKey: authorizer.name,
            headers: authorizer.identitySource.map((source) => HEADER.exec(source)?.[1] ?? ''),
          },
        }),
      };
    }),
  );
  return new Map(routes.map((route) => [route.routeKey, route]));
}
