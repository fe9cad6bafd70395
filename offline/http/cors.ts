import { isRecord } from '../cloudformation/template.ts';

/** `provider.httpApi.cors`. */
export interface Cors {
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders?: readonly string[];
  readonly allowedMethods?: readonly string[];
  readonly exposedResponseHeaders?: readonly string[];
  readonly allowCredentials?: boolean;
  readonly maxAge?: number;
}

/** What the framework puts in place of `cors: true`. */
const DEFAULTS: Cors = {
  allowedOrigins: ['*'],
  allowedHeaders: [
    'Content-Type',
    'X-Amz-Date',
    'Authorization',
    'X-Api-Key',
    'X-Amz-Security-Token',
    'X-Amz-User-Agent',
    'X-Amzn-Trace-Id',
  ],
  allowedMethods: ['OPTIONS', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
};

export function corsOf(declared: unknown): Cors | undefined {
  if (declared === true) return DEFAULTS;
  return isRecord(declared) ? ({ ...DEFAULTS, ...declared } as unknown as Cors) : undefined;
}

/** The headers for a caller from `origin`: none when it is not allowed. */
export function corsHeaders(
  cors: Cors,
  origin: string | undefined,
  isPreflight: boolean,
): Record<string, string> {
  if (origin === undefined || !isAllowed(cors, origin)) return {};
  const isOpen = cors.allowedOrigins.includes('*') && !cors.allowCredentials;
  const lists = isPreflight
    ? {
        'access-control-allow-methods': cors.allowedMethods,
        'access-control-allow-headers': cors.allowedHeaders,
      }
    : { 'access-control-expose-headers': cors.exposedResponseHeaders };
  return {
    'access-control-allow-origin': isOpen ? '*' : origin,
    ...(!isOpen && { vary: 'Origin' }),
    ...(cors.allowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(isPreflight && cors.maxAge !== undefined && { 'access-control-max-age': String(cors.maxAge) }),
    ...Object.fromEntries(
      Object.entries(lists).flatMap(([name, values]) => (values?.length ? [[name, values.join(',')]] : [])),
    ),
  };
}

function isAllowed({ allowedOrigins }: Cors, origin: string): boolean {
  return allowedOrigins.some((allowed) => {
    if (allowed === '*' || allowed === origin) return true;
    return allowed.endsWith('://*') && origin.startsWith(allowed.slice(0, -1));
  });
}
