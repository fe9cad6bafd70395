import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';

/** A request as the HTTP API hands it over (payload format 2.0); a public route has no authorizer. */
export type HttpEvent = Omit<APIGatewayProxyEventV2, 'requestContext' | 'body'> & {
  body?: unknown;
  requestContext: APIGatewayProxyEventV2['requestContext'] &
    Partial<Pick<APIGatewayProxyEventV2WithJWTAuthorizer['requestContext'], 'authorizer'>>;
};

const acceptable = /^[\w.:-]{1,128}$/;

/**
 * What ties together the log lines of one request through all functions: the caller's own id when it is a short
 * plain word, else the API's request id.
 */
export function correlationIdOf({
  headers,
  requestContext,
}: {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly requestContext: { readonly requestId: string };
}): string {
  const name = Object.keys(headers).find((name) => name.toLowerCase() === 'x-correlation-id');
  const given = name === undefined ? undefined : headers[name];
  return typeof given === 'string' && acceptable.test(given) ? given : requestContext.requestId;
}
