import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Serving, serve } from '../../../offline/serve.ts';

/** What a function has asked of AWS, as it is billed. */
export interface Consumption {
  readUnits: number;
  writeUnits: number;
  /** Those of the write units that went into indexes, by the names of the indexes. */
  indexUnits: Record<string, number>;
  sqsRequests: number;
  snsPublishes: number;
  events: number;
  s3Puts: number;
  s3Gets: number;
}

export const nothing = (): Consumption => ({
  readUnits: 0,
  writeUnits: 0,
  indexUnits: {},
  sqsRequests: 0,
  snsPublishes: 0,
  events: 0,
  s3Puts: 0,
  s3Gets: 0,
});

export interface Front extends Serving {
  /** What was asked since it was last taken. */
  take(): { readonly consumption: Consumption; readonly rounds: Rounds };
}

/** Stands between a function and the local cloud, and counts. */
export async function startFront(upstream: string): Promise<Front> {
  let consumption = nothing();
  let clocks = newClocks();
  const serving = await serve(0, async (request, response) => {
    const clock = clocks[serviceOf(request) === 'dynamodb' ? 'dynamodb' : 'others'];
    clock.begin();
    await passOn(upstream, request, response, consumption).catch(() => response.destroy());
    clock.end();
  });
  return {
    ...serving,
    take() {
      const rounds = { dynamodb: clocks.dynamodb.rounds, others: clocks.others.rounds };
      const taken = { consumption, rounds };
      consumption = nothing();
      clocks = newClocks();
      return taken;
    },
  };
}

const newClocks = () => ({ dynamodb: new Clock(), others: new Clock() });

/** How many calls there would have been one after the other, in the time that all of them took together. */
export type Rounds = Record<'dynamodb' | 'others', number>;

/** How long this machine takes for a call does not matter: it stands in the numerator and in the denominator. */
class Clock {
  #inFlight = 0;
  #since = 0;
  #busyMs = 0;
  #totalMs = 0;
  #calls = 0;

  begin(): void {
    this.#pass();
    this.#inFlight += 1;
    this.#calls += 1;
  }

  end(): void {
    this.#pass();
    this.#inFlight -= 1;
  }

  get rounds(): number {
    return this.#calls === 0 ? 0 : (this.#calls * this.#busyMs) / this.#totalMs;
  }

  #pass(): void {
    const now = performance.now();
    if (this.#inFlight > 0) this.#busyMs += now - this.#since;
    this.#totalMs += this.#inFlight * (now - this.#since);
    this.#since = now;
  }
}

const CAPACITY_OF: Readonly<Record<string, 'readUnits' | 'writeUnits'>> = {
  GetItem: 'readUnits',
  BatchGetItem: 'readUnits',
  Query: 'readUnits',
  Scan: 'readUnits',
  TransactGetItems: 'readUnits',
  PutItem: 'writeUnits',
  UpdateItem: 'writeUnits',
  DeleteItem: 'writeUnits',
  BatchWriteItem: 'writeUnits',
  TransactWriteItems: 'writeUnits',
};

const serviceOf = ({ headers }: IncomingMessage) =>
  /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1];

async function passOn(
  upstream: string,
  request: IncomingMessage,
  response: ServerResponse,
  consumption: Consumption,
): Promise<void> {
  const service = serviceOf(request);
  const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
  const received = await buffer(request);
  const kind = service === 'dynamodb' ? CAPACITY_OF[operation] : undefined;
  const sent = kind
    ? Buffer.from(JSON.stringify({ ...JSON.parse(received.toString()), ReturnConsumedCapacity: 'INDEXES' }))
    : received;
  count(consumption, service, operation, request.method, received);

  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { ...request.headers, 'content-length': String(sent.length) };
    httpRequest(`${upstream}${request.url}`, { method: request.method, headers })
      .once('response', resolve)
      .once('error', reject)
      .end(sent);
  });
  const body = await buffer(answer);
  if (kind && answer.statusCode === 200) addCapacity(consumption, kind, body);
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders).end(body);
}

/** SQS and SNS bill each 64 KB of a request. */
const CHUNK_BYTES = 65_536;
const chunksOf = (body: Buffer) => Math.max(1, Math.ceil(body.length / CHUNK_BYTES));

function count(
  consumption: Consumption,
  service: string | undefined,
  operation: string,
  method: string | undefined,
  body: Buffer,
): void {
  if (service === 'sqs') consumption.sqsRequests += chunksOf(body);
  if (service === 'sns') consumption.snsPublishes += chunksOf(body);
  if (service === 'events' && operation === 'PutEvents')
    consumption.events += JSON.parse(body.toString()).Entries.length;
  if (service === 's3' && (method === 'PUT' || method === 'POST')) consumption.s3Puts += 1;
  if (service === 's3' && (method === 'GET' || method === 'HEAD')) consumption.s3Gets += 1;
}

interface Capacity {
  readonly CapacityUnits: number;
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits: number }>>;
}

function addCapacity(consumption: Consumption, kind: 'readUnits' | 'writeUnits', body: Buffer): void {
  const { ConsumedCapacity = [] }: { ConsumedCapacity?: Capacity | Capacity[] } = JSON.parse(body.toString());
  for (const { CapacityUnits, GlobalSecondaryIndexes = {} } of [ConsumedCapacity].flat()) {
    consumption[kind] += CapacityUnits;
    if (kind === 'readUnits') continue;
    for (const [name, index] of Object.entries(GlobalSecondaryIndexes))
      consumption.indexUnits[name] = (consumption.indexUnits[name] ?? 0) + index.CapacityUnits;
  }
}
