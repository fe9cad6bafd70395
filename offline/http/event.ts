import { isUtf8 } from 'node:buffer';
import { ACCOUNT_ID } from '../cloudformation/intrinsics.ts';
import type { Match } from './routes.ts';

/** A request as it came off the wire. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  /** Names and values in turn, as Node.js gives them. */
  readonly rawHeaders: readonly string[];
  readonly remoteAddress: string;
  readonly localPort: number;
  readonly body: Buffer;
  readonly requestId: string;
  /** In milliseconds since the epoch. */
  readonly receivedAt: number;
}

export interface JwtAuthorizer {
  readonly claims: Readonly<Record<string, string>>;
  readonly scopes: readonly string[] | null;
}

/**
 * The event that an HTTP API sends to a function, payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function eventOf(
  request: HttpRequest,
  { route, pathParameters }: Match,
  jwt: JwtAuthorizer | undefined,
) {
  const [path = '', rawQueryString = ''] = splitOnce(request.target, '?');
  const { headers, cookies } = headersOf(request);
  const query = queryOf(rawQueryString);
  // HTTP APIs hand over the decoded path here, unlike REST APIs and function URLs.
  const rawPath = decodeURIComponent(path);
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: 'local',
      ...(jwt && { authorizer: { jwt } }),
      domainName: headers.host?.split(':')[0] ?? '',
      domainPrefix: 'local',
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.remoteAddress,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey: route.routeKey,
      stage: '$default',
      time: logTime(request.receivedAt),
      timeEpoch: request.receivedAt,
    },
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    ...bodyOf(request.body, headers['content-type']),
  };
}

/** The value of every header by its lower-case name; several of one name are joined, and cookies stand apart. */
function headersOf({ rawHeaders, remoteAddress, localPort, body }: HttpRequest) {
  const headers: Record<string, string> = Object.assign(Object.create(null), {
    'content-length': String(body.length),
  });
  const cookies: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    if (name === 'cookie') cookies.push(...value.split(/;\s*/));
    else if (name in headers && name !== 'content-length') headers[name] += `,${value}`;
    else headers[name] = value;
  }
  const forwardedFor = headers['x-forwarded-for'];
  return {
    cookies,
    headers: {
      ...headers,
      'x-amzn-trace-id': headers['x-amzn-trace-id'] ?? traceId(),
      'x-forwarded-for': forwardedFor ? `${forwardedFor}, ${remoteAddress}` : remoteAddress,
      'x-forwarded-port': String(localPort),
      'x-forwarded-proto': 'http',
    } as Record<string, string>,
  };
}

function queryOf(rawQueryString: string): Record<string, string> | undefined {
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const before = query.get(name);
    query.set(name, before === undefined ? value : `${before},${value}`);
  }
  return query.size > 0 ? Object.fromEntries(query) : undefined;
}

const TEXT = /^(text\/|application\/([\w.-]+\+)?(json|xml|javascript)\b)/i;

/** Text arrives as it is, all else in base64; so does text that is not UTF-8, or it could not arrive whole. */
function bodyOf(body: Buffer, contentType: string | undefined) {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = (contentType === undefined || TEXT.test(contentType)) && isUtf8(body);
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** As in `22/Nov/2026:13:53:30 +0000`. */
function logTime(epoch: number): string {
  const date = new Date(epoch);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}

function traceId(): string {
  const random = crypto.randomUUID().replaceAll('-', '');
  return `Root=1-${Math.floor(Date.now() / 1_000).toString(16)}-${random.slice(0, 24)}`;
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
