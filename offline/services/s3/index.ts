import { AwsError } from '../../aws/error.ts';
import { answerError } from '../../aws/json-api.ts';
import { type Reply, toAwsError } from '../fauxqs/library.ts';
import type { AwsApi } from '../service.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import type { Buckets } from './objects.ts';
import { noSuchBucket, operationsOn, type S3Options } from './operations.ts';
import { type Headers, payloadOf } from './payload.ts';
import { notEmulated, type Route, routeOf, unknownHeader } from './route.ts';

/** Keeps the answer back until all is written. */
class Answer implements Reply {
  code = 200;
  readonly headers: Record<string, string> = {};
  body: string | Uint8Array | undefined;

  header(name: string, value: string | number): void {
    this.headers[name] = String(value);
  }

  status(code: number): this {
    this.code = code;
    return this;
  }

  send(body?: string | Uint8Array): void {
    this.body = body;
  }
}

/** The API of S3; a path begins with the bucket. */
export function s3Api(buckets: Buckets, options: S3Options): AwsApi {
  const operations = operationsOn(buckets, options);
  return {
    signingName: 's3',
    targets: [],
    operationOf: (request) => routeOf(request).name,
    async handle(request, response) {
      const reply = new Answer();
      try {
        const route = routeOf(request);
        const cors = buckets.setting(route.bucket, 'cors');
        if (request.method === 'OPTIONS') {
          request.resume();
          response.writeHead(200, preflightHeaders(cors, request.headers)).end();
          return;
        }
        // A page reads refusals, too.
        for (const [name, value] of Object.entries(
          corsHeaders(cors, request.method ?? '', request.headers),
        )) {
          response.setHeader(name, value);
        }
        const { body, headers } = await payloadOf(request);
        const operation = operations[route.operation];
        if (!operation) throw notEmulated(route.name);
        checkRequest(route, headers);
        if (route.bucket !== '' && route.operation !== 'CreateBucket' && !buckets.hasBucket(route.bucket)) {
          throw noSuchBucket();
        }
        buckets.tables.transaction(() => operation({ ...route, headers, body, reply }));
        reply.header('x-amz-request-id', crypto.randomUUID());
        response.writeHead(reply.code, reply.headers).end(reply.body);
      } catch (error) {
        // Whoever breaks an upload off waits for no answer.
        if (response.destroyed) return;
        for (const [name, value] of Object.entries(reply.headers)) {
          if (name.startsWith('x-amz-') && !response.headersSent) response.setHeader(name, value);
        }
        answerError(request, response, 's3', toAwsError(error));
      }
    },
  };
}

function checkRequest({ name, query }: Route, headers: Headers): void {
  const header = unknownHeader(headers);
  if (header) throw notEmulated(`${name} with ${header}`);
  const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(query['X-Amz-Date'] ?? '') ?? [];
  if (!day || !time) return;
  const signedAt = Date.parse(
    `${day.replace(/(....)(..)/, '$1-$2-')}T${time.replace(/(..)(..)/, '$1:$2:')}Z`,
  );
  if (Date.now() > signedAt + Number(query['X-Amz-Expires']) * 1_000) {
    throw new AwsError('AccessDenied', 'Request has expired', 403);
  }
}
