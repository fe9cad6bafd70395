import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { isRecord } from '../cloudformation/template.ts';
import { messageOf } from '../errors.ts';
import type { AwsApi } from '../services/service.ts';
import { AwsError } from './error.ts';
import { refuse } from './unsupported.ts';

/** @throws AwsError what the caller is told */
export type Operation = (input: Record<string, unknown>) => unknown;

/** The API of a service that speaks one of AWS's JSON protocols; operations that are not listed are refused by name. */
export function jsonApi(service: {
  readonly signingName: string;
  /** What `X-Amz-Target` begins with, for example `AWSEvents`. */
  readonly target: string;
  readonly operations: Readonly<Record<string, Operation>>;
}): AwsApi {
  const { signingName, target, operations } = service;
  return {
    signingName,
    targets: [target],
    async handle(request, response, name) {
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation) {
        request.resume();
        const message = `The local cloud does not emulate ${signingName} (${name}).`;
        refuse(request, response, { service: signingName, code: 'NotImplemented', message });
        return;
      }
      try {
        const output = (await operation(await inputOf(request))) ?? {};
        const contentType = request.headers['content-type'] ?? 'application/x-amz-json-1.0';
        response
          .writeHead(200, { 'content-type': contentType, 'x-amzn-requestid': crypto.randomUUID() })
          .end(JSON.stringify(output));
      } catch (error) {
        answerError(request, response, signingName, error);
      }
    },
  };
}

/** Answers with the error in the protocol of the request; one that is no AWS error is a fault of the local cloud. */
export function answerError(
  request: IncomingMessage,
  response: ServerResponse,
  service: string,
  error: unknown,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof AwsError) {
    const { code, message, status } = error;
    refuse(request, response, { service, code, message, status });
    return;
  }
  console.error(`The local cloud failed in ${service}:`, error);
  refuse(request, response, { service, code: 'InternalFailure', message: messageOf(error), status: 500 });
}

async function inputOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const body = await text(request);
  try {
    const input: unknown = body === '' ? {} : JSON.parse(body);
    if (isRecord(input)) return input;
  } catch {
    // Answered below.
  }
  throw new AwsError('SerializationException', 'The body is no JSON object.');
}
