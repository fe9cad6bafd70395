import type { Context } from 'aws-lambda';
import type { HttpEvent } from '../middleware/http-event.ts';

type Changes = Partial<Omit<HttpEvent, 'requestContext'>> & {
  /** The verified claims of the caller's token; a public route has none. */
  readonly claims?: Readonly<Record<string, string>>;
};

/** A request as the HTTP API sends it (payload format 2.0), with the given parts in place of the usual ones. */
export function httpEvent({ claims, ...changes }: Changes = {}): HttpEvent {
  const routeKey = changes.routeKey ?? 'GET /items';
  const [method = 'GET', path = '/'] = routeKey.split(' ');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: 'api.example',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'jest' },
      requestId: 'request-1',
      routeKey,
      stage: '$default',
      time: '01/Nov/2026:12:00:00 +0000',
      timeEpoch: 1793534400000,
      ...(claims && {
        authorizer: {
          principalId: '',
          integrationLatency: 0,
          jwt: { claims: { ...claims }, scopes: ['shop/items.write'] },
        },
      }),
    },
    ...changes,
  };
}

/** The same for a request with a JSON body. */
export function jsonEvent(routeKey: string, body: unknown, changes: Changes = {}): HttpEvent {
  return httpEvent({
    routeKey,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...changes,
    headers: { 'content-type': 'application/json', ...changes.headers },
  });
}

/** What Lambda tells a function of its own invocation; ten seconds are left. */
export const lambdaContext = {
  functionName: 'shop-test',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:shop-test',
  memoryLimitInMB: '512',
  awsRequestId: 'invocation-1',
  getRemainingTimeInMillis: () => 10_000,
} as Context;
