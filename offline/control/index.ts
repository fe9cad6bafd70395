import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { AwsError } from '../aws/error.ts';
import type { Faults } from '../aws/faults.ts';
import { isRecord } from '../cloudformation/template.ts';
import { LocalCloudError, messageOf } from '../errors.ts';
import type { KeptProcess } from '../kept-process.ts';
import type { Containers } from '../services/ecs/index.ts';
import type { EventBridge } from '../services/event-bridge/index.ts';
import type { Messaging } from '../services/fauxqs/index.ts';
import type { Lambda } from '../services/lambda/index.ts';
import type { Database } from '../services/postgres/index.ts';
import type { StepFunctions } from '../services/step-functions/index.ts';
import type { RecentInvocations } from './recent.ts';
import type { Redrive } from './redrive.ts';

/** What the control API looks into and changes. */
export interface Controlled {
  readonly faults: Faults;
  readonly lambda: Lambda;
  readonly messaging: Messaging['control'];
  readonly stepFunctions: StepFunctions;
  readonly eventBridge: EventBridge;
  readonly recent: RecentInvocations;
  readonly redrive: Redrive;
  readonly containers: Containers;
  readonly database: Database | undefined;
}

const LISTED = 100;
const MAX_BODY_BYTES = 100_000;
/** Whoever asked waits for it. */
const STOP_WITHIN_MS = 5_000;

type Answer = (controlled: Controlled, argument: string, body: Record<string, unknown>) => unknown;

/** Method and path below `/_local`; `*` stands for one name. */
const ROUTES: Readonly<Record<string, Answer>> = {
  'GET /': () => ({ paths: Object.keys(ROUTES).map((route) => route.replace(' /', ' /_local/')) }),
  'GET /queues': ({ messaging }) => messaging.queues(),
  'GET /queues/*/messages': ({ messaging }, name) => messaging.messages(queueIn(messaging, name), LISTED),
  'POST /queues/*/redrive': ({ messaging, redrive }, name, body) =>
    redrive(queueIn(messaging, name), messageIdIn(body)),
  'GET /state-machines': ({ stepFunctions }) => stepFunctions.machines(),
  'GET /executions': ({ stepFunctions }) => stepFunctions.executions(LISTED),
  'GET /executions/*': ({ stepFunctions }, arn) =>
    stepFunctions.history(arn) ?? notFound(`There is no execution "${arn}".`),
  'GET /events': ({ eventBridge }) => eventBridge.recentEvents(),
  'GET /invocations': ({ recent, lambda }) => ({
    inFlight: lambda.inFlight.map(({ since, ...run }) => ({ ...run, since: new Date(since).toISOString() })),
    pending: lambda.pending,
    recent: recent.list(),
  }),
  'GET /invocations/*': ({ recent }, number) =>
    recent.lines(Number(number)) ?? notFound(`The invocation ${number} is not among the last.`),
  'GET /faults': ({ faults }) => faults.report,
  'PUT /faults': ({ faults }, _, body) => faults.set(body),
  'GET /containers': ({ containers }) =>
    containers.running.map(({ id, url, process }) => ({ id, url, ...stateOf(process) })),
  'POST /containers/*/kill': ({ containers }, id) => killed(containerIn(containers, id)),
  'POST /containers/*/stop': ({ containers }, id) => stopped(containerIn(containers, id)),
  'POST /containers/*/start': ({ containers }, id) => begun(containerIn(containers, id)),
  'GET /database': ({ database }) => ({ url: database?.url ?? null, ...stateOf(database?.process) }),
  'POST /database/kill': ({ database }) => killed(processOf(database)),
  'POST /database/stop': ({ database }) => stopped(processOf(database)),
  'POST /database/start': ({ database }) => begun(processOf(database)),
};

/** What stands before the routes: where they are, who may come, and which of them are there. */
export interface ControlDoor {
  /** For example `/_local`. */
  readonly below: string;
  /** @throws ControlError when the request is refused */
  readonly admit: (request: IncomingMessage) => void;
  /** All routes when there is no list. */
  readonly routes?: ReadonlySet<string>;
}

const LOCAL_DOOR: ControlDoor = { below: '/_local', admit: refuseWebPages };

/** The JSON API below `/_local/`, by which people and tests look into the cloud and disturb it. */
export function controlApi(controlled: Controlled, door: ControlDoor = LOCAL_DOOR) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = (status: number, answer: unknown) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(`${JSON.stringify(answer, null, 2)}\n`);
    try {
      door.admit(request);
      const { answer, argument } = routeOf(request, door);
      const body = request.method === 'GET' ? {} : await bodyOf(request);
      reply(200, await answer(controlled, argument, body));
    } catch (error) {
      if (error instanceof ControlError) reply(error.status, { error: error.message });
      else if (error instanceof LocalCloudError || error instanceof AwsError)
        reply(400, { error: error.message });
      else {
        console.error('The control API failed:', error);
        reply(500, { error: messageOf(error) });
      }
    }
  };
}

/** An answer that is no success, for whoever called. */
export class ControlError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A page in a browser may send simple requests to other origins, or come by a name that means this machine. */
function refuseWebPages(request: IncomingMessage): void {
  refuseOtherNames(request);
  if (request.headers.origin !== undefined) throw new ControlError(403, 'It is not for web pages.');
  refuseSimpleRequests(request);
}

/** @throws ControlError when the request came by a name that somebody else may have pointed at this machine */
export function refuseOtherNames({ headers }: IncomingMessage): void {
  const host = headers.host?.replace(/:\d+$/, '');
  if (host !== '127.0.0.1' && host !== 'localhost') throw new ControlError(403, 'Call it by 127.0.0.1.');
}

/** @throws ControlError for what changes something and might come from a form of any web page */
export function refuseSimpleRequests({ method, headers }: IncomingMessage): void {
  if (method !== 'GET' && headers['content-type'] !== 'application/json') {
    throw new ControlError(415, 'Send application/json.');
  }
}

function routeOf(
  { method, url = '' }: IncomingMessage,
  { below, routes }: ControlDoor,
): { answer: Answer; argument: string } {
  const path = url.slice(below.length).split('?')[0] ?? '/';
  for (const [route, answer] of Object.entries(ROUTES)) {
    if (routes && !routes.has(route)) continue;
    const [verb, pattern = ''] = route.split(' ');
    const match = new RegExp(`^${pattern.replace('*', '([^/]+)')}$`).exec(path);
    if (verb === method && match) return { answer, argument: decoded(match[1] ?? '') };
  }
  throw new ControlError(
    404,
    `There is no ${method} ${url}.${routes ? '' : ` GET ${below}/ lists what there is.`}`,
  );
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new ControlError(400, `"${name}" is no part of a URL.`);
  }
}

/** @throws ControlError when it is too long, or no JSON object; none at all is an empty one */
export async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (!(Number(request.headers['content-length']) <= MAX_BODY_BYTES)) {
    request.resume();
    throw new ControlError(413, `Send a content-length of at most ${MAX_BODY_BYTES}.`);
  }
  const body = parsed(await text(request));
  if (!isRecord(body)) throw new ControlError(400, 'The body is no JSON object.');
  return body;
}

function parsed(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    throw new ControlError(400, 'The body is no JSON.');
  }
}

function notFound(message: string): never {
  throw new ControlError(404, message);
}

function stateOf(process: KeptProcess | undefined) {
  return { state: process?.isWanted ? 'started' : 'stopped', pid: process?.pid ?? null };
}

/** Like the loss of its machine: another process takes its place. */
function killed(process: KeptProcess) {
  process.kill();
  return {};
}

async function stopped(process: KeptProcess) {
  await process.stop(STOP_WITHIN_MS);
  return stateOf(process);
}

function begun(process: KeptProcess) {
  process.start();
  return stateOf(process);
}

function containerIn(containers: Containers, id: string): KeptProcess {
  const container = containers.running.find((running) => running.id === id);
  if (container) return container.process;
  return notFound(`There is no container "${id}".`);
}

function processOf(database: Database | undefined): KeptProcess {
  if (database?.process) return database.process;
  return notFound('There is no database that the local cloud has started.');
}

function queueIn(messaging: Messaging['control'], name: string): string {
  if (messaging.queues().some((queue) => queue.name === name)) return name;
  return notFound(`There is no queue "${name}".`);
}

function messageIdIn({ messageId }: Record<string, unknown>): string | undefined {
  if (messageId === undefined || typeof messageId === 'string') return messageId;
  throw new ControlError(400, 'messageId must be a text.');
}
