import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../../aws/error.ts';
import { elementsIn, namesIn, textIn, textsIn } from '../fauxqs/xml.ts';
import { notEmulated } from './route.ts';

/** One `*` in an origin or in a header stands for any text. */
interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  /** In seconds. */
  readonly maxAge: string | undefined;
}

const KNOWN = [
  ...['CORSConfiguration', 'CORSRule', 'ID', 'MaxAgeSeconds'],
  ...['AllowedOrigin', 'AllowedMethod', 'AllowedHeader', 'ExposeHeader'],
];
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];
const MAX_RULES = 100;

/**
 * AmazonS3/latest/userguide/ManageCorsUsing.html
 *
 * @throws AwsError for what S3 refuses, and for what would not be done as it says
 */
export function corsRulesIn(xml: string): CorsRule[] {
  const unknown = [...namesIn(xml)].find((name) => !KNOWN.includes(name));
  if (unknown) throw notEmulated(unknown);
  const rules = elementsIn(xml, 'CORSRule').map((rule) => ({
    origins: textsIn(rule, 'AllowedOrigin'),
    methods: textsIn(rule, 'AllowedMethod'),
    headers: textsIn(rule, 'AllowedHeader'),
    exposed: textsIn(rule, 'ExposeHeader'),
    maxAge: textIn(rule, 'MaxAgeSeconds'),
  }));
  const isIncomplete = rules.some(({ origins, methods }) => origins.length === 0 || methods.length === 0);
  if (isIncomplete || rules.length === 0 || rules.length > MAX_RULES) {
    throw new AwsError('MalformedXML', 'The XML you provided did not validate against our schema');
  }
  const method = rules.flatMap(({ methods }) => methods).find((one) => !METHODS.includes(one));
  if (method !== undefined) {
    const message = `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`;
    throw new AwsError('InvalidRequest', message);
  }
  const pattern = rules.flatMap(({ origins, headers }) => [...origins, ...headers]).find(hasTwoWildcards);
  if (pattern !== undefined) {
    throw new AwsError('InvalidRequest', `"${pattern}" can not have more than one wildcard.`);
  }
  return rules;
}

/** What an answer to a page of another origin says besides: nothing when no rule lets the page in. */
export function corsHeaders(
  configuration: string | undefined,
  method: string,
  { origin }: IncomingHttpHeaders,
): Record<string, string> {
  if (!configuration || !origin) return {};
  return headersFor(configuration, { origin, method, headers: [] }) ?? {};
}

/**
 * What the answer to a preflight says: AmazonS3/latest/API/RESTOPTIONSobject.html
 *
 * @throws AwsError when the page may not send what it asks for
 */
export function preflightHeaders(
  configuration: string | undefined,
  request: IncomingHttpHeaders,
): Record<string, string> {
  const { origin } = request;
  const method = request['access-control-request-method'];
  if (!origin) {
    throw new AwsError('BadRequest', 'Insufficient information. Origin request header needed.');
  }
  if (!method || !METHODS.includes(method)) {
    throw new AwsError('BadRequest', `Invalid Access-Control-Request-Method: ${method ?? 'null'}`);
  }
  if (!configuration) {
    throw new AwsError('AccessForbidden', 'CORSResponse: CORS is not enabled for this bucket.', 403);
  }
  const headers = (request['access-control-request-headers'] ?? '').split(',').map((name) => name.trim());
  const allowed = headersFor(configuration, { origin, method, headers: headers.filter(Boolean) });
  if (!allowed) {
    throw new AwsError('AccessForbidden', 'CORSResponse: This CORS request is not allowed.', 403);
  }
  return allowed;
}

/** By the first rule that matches all of it: AmazonS3/latest/userguide/cors.html */
function headersFor(
  configuration: string,
  asked: { origin: string; method: string; headers: readonly string[] },
): Record<string, string> | undefined {
  const rule = corsRulesIn(configuration).find(
    ({ origins, methods, headers }) =>
      origins.some((pattern) => matches(pattern, asked.origin)) &&
      methods.includes(asked.method) &&
      asked.headers.every((name) =>
        headers.some((pattern) => matches(pattern.toLowerCase(), name.toLowerCase())),
      ),
  );
  if (!rule) return undefined;
  return {
    'access-control-allow-origin': rule.origins.includes('*') ? '*' : asked.origin,
    'access-control-allow-methods': rule.methods.join(', '),
    ...(asked.headers.length > 0 && { 'access-control-allow-headers': asked.headers.join(', ') }),
    ...(rule.exposed.length > 0 && { 'access-control-expose-headers': rule.exposed.join(', ') }),
    ...(rule.maxAge !== undefined && { 'access-control-max-age': rule.maxAge }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function matches(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return pattern === text;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}

const hasTwoWildcards = (pattern: string) => pattern.split('*').length > 2;
