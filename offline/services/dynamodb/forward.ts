import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { urlToHttpOptions } from 'node:url';

/** Answers that carry ARNs or a region, which dynoxide writes as a region of its own name. */
const CARRIES_REGION =
  /^(Create|Describe|Update|Delete)Table$|Stream|^GetRecords$|^DescribeTimeToLive$|^ListTags/;

/** Hands requests on to the emulator, streamed; only short administrative answers are rewritten. */
export function forwardTo(endpoint: string, region: string) {
  const agent = new Agent({ keepAlive: true });
  const emulator = { ...urlToHttpOptions(new URL(endpoint)), method: 'POST', agent };
  return (request: IncomingMessage, response: ServerResponse, operation: string): void => {
    const upstream = httpRequest({ ...emulator, headers: request.rawHeaders });
    upstream.once('response', (answer) => {
      answer.once('error', () => response.destroy());
      // It was refused on the way: its body turned out too large.
      if (response.headersSent) answer.resume();
      else if (CARRIES_REGION.test(operation))
        withRegion(answer, response, region).catch(() => response.destroy());
      else stream(answer, response);
    });
    upstream.on('error', () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(503, { 'content-type': 'application/x-amz-json-1.0' }).end(UNAVAILABLE);
    });
    request.pipe(upstream);
    response.once('close', () => upstream.destroy());
  };
}

const UNAVAILABLE = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
  message: 'The DynamoDB emulator does not answer.',
});

function stream(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
  answer.pipe(response);
}

async function withRegion(answer: IncomingMessage, response: ServerResponse, region: string): Promise<void> {
  const body = (await buffer(answer))
    .toString()
    .replaceAll('arn:aws:dynamodb:dynoxide:', `arn:aws:dynamodb:${region}:`)
    .replaceAll('"awsRegion":"dynoxide"', `"awsRegion":"${region}"`);
  const { 'x-amz-crc32': _, ...headers } = answer.headers;
  response
    .writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': Buffer.byteLength(body) })
    .end(body);
}
