import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type Serving, serve } from '../serve.ts';
import type { AwsApi } from '../services/service.ts';
import type { Fault, Faults } from './faults.ts';
import { answerError } from './json-api.ts';
import { refuse } from './unsupported.ts';

/** What DynamoDB's BatchWriteItem takes, the largest request of all but S3's. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

export interface EndpointOptions {
  readonly faults?: Faults;
  /** Answers what is no AWS request: paths below `/_local/`. */
  readonly control?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** The one endpoint for every AWS service: a request goes to the service that it is signed for. */
export function startAwsEndpoint(
  port: number,
  apis: readonly AwsApi[],
  { faults, control }: EndpointOptions = {},
): Promise<Serving> {
  return serve(port, (request, response) => {
    if (control && request.url?.startsWith('/_local/')) {
      control(request, response);
      return;
    }
    answer(apis, faults, request, response).catch((error: unknown) =>
      answerError(request, response, addressee(request).service, error),
    );
  });
}

async function answer(
  apis: readonly AwsApi[],
  faults: Faults | undefined,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { service, target, named } = addressee(incoming);
  const api = apis.find(({ signingName, targets }) => signingName === service || targets.includes(target));
  if (service === '' && !api) {
    incoming.resume();
    refuse(incoming, response, {
      service,
      status: 403,
      code: 'MissingAuthenticationTokenException',
      message: 'The request is not signed for a service.',
    });
    return;
  }
  const isS3 = service === 's3';
  if (!isS3 && !bounded(incoming, response, service)) return;
  const { request, action } = isS3 ? { request: incoming, action: '' } : await actionOf(incoming);
  const operation = named || action || api?.operationOf?.(request) || '';
  if (!api) {
    request.resume();
    const called = operation || `${request.method} ${request.url}`;
    const message = `The local cloud does not emulate ${service} (${called}).`;
    refuse(request, response, { service, code: 'NotImplemented', message });
    return;
  }
  for (const fault of faults?.forRequest(api.signingName, operation) ?? []) {
    if (await strike(fault, request, response, api.signingName)) return;
  }
  await api.handle(request, response, operation);
}

/** The credential scope stands in a header, or in the query of a presigned URL. */
const SCOPE = /Credential=[^/,]+(?:\/|%2F)\d+(?:\/|%2F)[^/]+?(?:\/|%2F)([^/%]+)(?:\/|%2F)aws4_request/;

function addressee({ headers, url }: IncomingMessage) {
  const scope = SCOPE.exec(headers.authorization ?? '') ?? SCOPE.exec(url ?? '');
  const [target = '', named = ''] = String(headers['x-amz-target'] ?? '').split('.');
  return { service: scope?.[1] ?? '', target, named };
}

/** The query protocol names its operation in the body, which is read for it and then handed on as if it were not. */
async function actionOf(request: IncomingMessage): Promise<{ request: IncomingMessage; action: string }> {
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return { request, action: '' };
  }
  const body = await buffer(request);
  const { method, url, headers, rawHeaders, socket, httpVersion } = request;
  const again = Object.assign(Readable.from([body], { objectMode: false }), {
    ...{ method, url, headers, rawHeaders, socket, httpVersion },
  });
  return {
    request: again as unknown as IncomingMessage,
    action: /(?:^|&)Action=(\w+)/.exec(body.toString())?.[1] ?? '',
  };
}

/** Refuses a body that is too large, whether it says so or turns out so. */
function bounded(request: IncomingMessage, response: ServerResponse, service: string): boolean {
  const tooLarge = () =>
    refuse(request, response, {
      service,
      status: 413,
      code: 'RequestEntityTooLargeException',
      message: 'The request is larger than 16 MB.',
    });
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    request.resume();
    tooLarge();
    return false;
  }
  let received = 0;
  const count = (chunk: Buffer) => {
    received += chunk.length;
    if (received <= MAX_BODY_BYTES || response.headersSent) return;
    request.unpipe();
    request.resume();
    tooLarge();
  };
  request.on('data', count);
  request.pause();
  return true;
}

/** Whether the request is answered by the fault. */
async function strike(
  { kind, milliseconds }: Fault,
  request: IncomingMessage,
  response: ServerResponse,
  service: string,
): Promise<boolean> {
  if (kind === 'delay') await delay(milliseconds);
  if (kind === 'dropReply') dropReply(request, response);
  if (kind !== 'throttle' && kind !== 'error') return false;
  request.resume();
  const [code, status] = kind === 'throttle' ? throttling(service) : ['InternalServerError', 500];
  refuse(request, response, { service, code, status, message: `A fault was asked for: ${kind}.` });
  return true;
}

/** The work is done, and whoever asked for it learns nothing: the connection ends instead of the answer. */
function dropReply({ socket }: IncomingMessage, response: ServerResponse): void {
  const hangUp = () => {
    socket.destroy();
    return response;
  };
  Object.assign(response, { writeHead: () => response, flushHeaders() {}, write: () => true, end: hangUp });
}

/** How each service says that it is asked too often. */
function throttling(service: string): [code: string, status: number] {
  switch (service) {
    case 'dynamodb':
      return ['ProvisionedThroughputExceededException', 400];
    case 's3':
      return ['SlowDown', 503];
    case 'sqs':
      return ['RequestThrottled', 400];
    case 'sns':
      return ['Throttled', 429];
    case 'lambda':
      return ['TooManyRequestsException', 429];
    default:
      return ['ThrottlingException', 400];
  }
}
