import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isRecord } from '../cloudformation/template.ts';

/** A connection, from the request that opens it on. */
export interface Connection {
  readonly id: string;
  readonly stage: string;
  /** In milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly host: string;
  /** What the authorizer said of it. */
  readonly authorizer?: Readonly<Record<string, string>>;
}

/** Ids look as those of API Gateway. */
export const newId = (): string => `${randomBytes(11).toString('base64url')}=`;

export function connectionOf({ headers, socket }: IncomingMessage, stage: string, now: number): Connection {
  return {
    id: newId(),
    stage,
    connectedAt: now,
    sourceIp: socket.remoteAddress ?? '',
    userAgent: headers['user-agent'] ?? '',
    host: headers.host?.split(':')[0] ?? '',
  };
}

/**
 * The event of a route: `more` is what stands beside the context, and `context` in it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export function eventOf(
  connection: Connection,
  routeKey: string,
  eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT',
  { context = {}, ...more }: { readonly context?: object; readonly [property: string]: unknown } = {},
) {
  const requestId = newId();
  const { id, stage, connectedAt, sourceIp, userAgent, host, authorizer } = connection;
  const now = Date.now();
  return {
    ...more,
    requestContext: {
      routeKey,
      eventType,
      extendedRequestId: requestId,
      requestTime: new Date(now).toUTCString(),
      requestTimeEpoch: now,
      messageDirection: 'IN',
      stage,
      connectedAt,
      identity: { sourceIp, userAgent },
      requestId,
      domainName: host,
      connectionId: id,
      apiId: 'local',
      ...(authorizer && { authorizer }),
      ...context,
    },
    isBase64Encoded: false,
  };
}

/** Headers and query of the request that opens a connection. */
export function openingOf({ rawHeaders, url = '/' }: IncomingMessage) {
  const multiValueHeaders: Record<string, string[]> = Object.create(null);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), rawHeaders[index + 1] ?? ''];
  }
  const query = Object.fromEntries(new URL(url, 'ws://local').searchParams);
  return {
    headers: Object.fromEntries(
      Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1) ?? '']),
    ),
    multiValueHeaders,
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
  };
}

/**
 * What an authorizer's answer means for the method: the context for later events, or nothing when it does not let in.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function allowedContext(answer: unknown, methodArn: string): Record<string, string> | undefined {
  if (!isRecord(answer) || !isRecord(answer.policyDocument)) return undefined;
  const statements = [answer.policyDocument.Statement].flat().filter(isRecord);
  const about = statements.filter(
    ({ Resource, Action }) =>
      [Resource].flat().some((resource) => isMatch(String(resource), methodArn)) &&
      [Action].flat().some((action) => isMatch(String(action), 'execute-api:Invoke')),
  );
  if (!about.some(({ Effect }) => Effect === 'Allow')) return undefined;
  if (about.some(({ Effect }) => Effect === 'Deny')) return undefined;
  const context = isRecord(answer.context) ? answer.context : {};
  return {
    principalId: String(answer.principalId),
    ...Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)])),
  };
}

/** Whether a text is one of those that a pattern with stars stands for. */
const isMatch = (pattern: string, text: string) =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text);
