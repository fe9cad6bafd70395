import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Serving, serve } from '../serve.ts';
import type { AwsApi } from '../services/service.ts';
import { refuse } from './unsupported.ts';

/** What DynamoDB's BatchWriteItem takes, the largest request of all that are emulated. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** The one endpoint for every AWS service: a request goes to the service that it is signed for. */
export function startAwsEndpoint(port: number, apis: readonly AwsApi[]): Promise<Serving> {
  return serve(port, (request, response) => {
    const { service, operation, target } = addressee(request);
    const api = apis.find(({ signingName, targets }) => signingName === service || targets.includes(target));
    if (service === '' && !api) {
      refuse(request, response, {
        service,
        status: 403,
        code: 'MissingAuthenticationTokenException',
        message: 'The request is not signed for a service.',
      });
      return;
    }
    if (!api) {
      refuseUnknown(request, response, service, operation);
      return;
    }
    if (bounded(request, response, service)) api.handle(request, response, operation);
  });
}

function addressee({ headers }: IncomingMessage) {
  const scope = /Credential=[^/,]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '');
  const [target = '', operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
  return { service: scope?.[1] ?? '', target, operation };
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
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received <= MAX_BODY_BYTES || response.headersSent) return;
    request.unpipe();
    request.resume();
    tooLarge();
  });
  return true;
}

/** The query protocol names its operation in the body, other protocols in the target or in method and path. */
function refuseUnknown(
  request: IncomingMessage,
  response: ServerResponse,
  service: string,
  operation: string,
): void {
  let start = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    if (start.length < 4_096) start += chunk;
  });
  request.once('end', () => {
    const action = /(?:^|&)Action=(\w+)/.exec(start)?.[1];
    const called = operation || action || `${request.method} ${request.url}`;
    refuse(request, response, {
      service,
      code: 'NotImplemented',
      message: `The local cloud does not emulate ${service} (${called}).`,
    });
  });
}
