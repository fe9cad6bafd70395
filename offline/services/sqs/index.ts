import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { AwsError } from '../../aws/error.ts';
import { answerError } from '../../aws/json-api.ts';
import { isRecord } from '../../cloudformation/template.ts';
import { toAwsError } from '../fauxqs/library.ts';
import type { AwsApi } from '../service.ts';
import { type Operation, operations } from './operations.ts';
import type { Queues } from './queue.ts';

/** Codes that SDKs of the older protocol know by another name. */
const OLDER_NAMES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
};

/** The API of SQS in its JSON protocol; `awsUrl` is where queue URLs point. */
export function sqsApi(queues: Queues, awsUrl: () => string): AwsApi {
  const known: Readonly<Record<string, Operation>> = operations(queues, awsUrl);
  return {
    signingName: 'sqs',
    targets: ['AmazonSQS'],
    async handle(request, response, name) {
      try {
        const operation = Object.hasOwn(known, name) ? known[name] : undefined;
        if (!operation)
          throw new AwsError('InvalidAction', `The local cloud does not emulate sqs (${name}).`);
        const output = await operation(await inputOf(request), hangUpOf(response));
        if (!response.writable) return;
        response
          .writeHead(200, {
            'content-type': 'application/x-amz-json-1.0',
            'x-amzn-requestid': crypto.randomUUID(),
          })
          .end(JSON.stringify(output));
      } catch (error) {
        const answered = toAwsError(error);
        if (answered instanceof AwsError && !response.headersSent) {
          response.setHeader('x-amzn-query-error', `${OLDER_NAMES[answered.code] ?? answered.code};Sender`);
        }
        answerError(request, response, 'sqs', answered);
      }
    },
  };
}

async function inputOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  try {
    const input: unknown = JSON.parse((await text(request)) || '{}');
    if (isRecord(input)) return input;
  } catch {
    // Answered below.
  }
  throw new AwsError('SerializationException', 'The body is no JSON object.');
}

/** A consumer that went away must not receive what is sent later. */
function hangUpOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}
