import { isRecord } from '../cloudformation/template.ts';

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** An answer of the API itself, before or after the function. */
export function message(status: number, text: string, headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify({ message: text })),
  };
}

const MALFORMED = message(500, 'Internal Server Error');

/** The answer that a function's result means, by payload format 2.0; a malformed result is a server error. */
export function responseOf(result: unknown): HttpResponse {
  if (!isRecord(result) || result.statusCode === undefined) {
    const text = typeof result === 'string' ? result : JSON.stringify(result);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded } = result;
  const status = Number(statusCode);
  const isWellFormed =
    Number.isInteger(status) && status >= 200 && status <= 599 && isRecord(headers) && Array.isArray(cookies);
  if (!isWellFormed || (typeof body !== 'string' && body !== null)) return MALFORMED;

  const sent: Record<string, string | string[]> = { 'content-type': 'text/plain;charset=utf-8' };
  for (const [name, value] of Object.entries(headers)) sent[name.toLowerCase()] = String(value);
  if (cookies.length > 0) sent['set-cookie'] = cookies.map(String);
  return {
    status,
    headers: sent,
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}
