import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { AwsError } from './error.ts';

/** Calls AWS services at one endpoint by their wire protocols, with no SDK to load. */
export interface AwsClient {
  /** A service with a JSON protocol; `target` is for example `AWSEvents.PutEvents`. */
  json<Output = Record<string, unknown>>(
    service: string,
    target: string,
    input: object,
    signal?: AbortSignal,
  ): Promise<Output>;
  /** A service with the query protocol; answers the XML. */
  query(service: string, action: string, parameters: Readonly<Record<string, string>>): Promise<string>;
  /** A service with a REST protocol, such as S3 and Lambda. */
  rest(
    service: string,
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
}

/** Emulators ask for the shape of a signature and not for a true one. */
export function localSignature(region: string, service: string): string {
  return `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=local`;
}

export function awsClient(endpoint: string, region: string): AwsClient {
  const signed = (service: string, headers: Readonly<Record<string, string>>) => ({
    'x-amz-date': '20260101T000000Z',
    authorization: localSignature(region, service),
    ...headers,
  });
  const send = (service: string, path: string, init: RequestInit) =>
    fetch(endpoint + path, { ...init, headers: signed(service, init.headers as Record<string, string>) });
  return {
    async json<Output>(service: string, target: string, input: object, signal?: AbortSignal) {
      const headers = signed(service, {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
      });
      const { status, body } = await post(endpoint, headers, JSON.stringify(input), signal);
      const output: Output & { __type?: string; message?: string } = JSON.parse(body);
      if (status < 300) return output;
      const code = output.__type?.split('#').at(-1) ?? 'UnknownError';
      throw new AwsError(code, output.message ?? target, status);
    },

    async query(service, action, parameters) {
      const response = await send(service, '/', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ Action: action, ...parameters }).toString(),
      });
      const xml = await response.text();
      if (response.ok) return xml;
      const found = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
      throw new AwsError(found('Code') ?? 'UnknownError', found('Message') ?? action, response.status);
    },

    rest: (service, method, path, body, headers = {}) =>
      send(service, path, { method, headers, ...(body !== undefined && { body }) }),
  };
}

/** By `node:http`: event sources and state machines call all the time, and `fetch` costs several times as much. */
function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal | undefined,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, ...(signal && { signal }) };
    const request = httpRequest(url, options, (answer) => {
      text(answer).then((read) => resolve({ status: answer.statusCode ?? 0, body: read }), reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}
