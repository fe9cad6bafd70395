import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  bodyOf,
  ControlError,
  type Controlled,
  controlApi,
  refuseOtherNames,
  refuseSimpleRequests,
} from '../control/index.ts';
import { messageOf } from '../errors.ts';
import type { Issuer } from '../services/identity/index.ts';
import { consoleAssets } from './assets.ts';
import { feedOf } from './feed.ts';

export interface ConsoleOptions {
  readonly controlled: Controlled;
  readonly issuer: Pick<Issuer, 'token'>;
  /** Where the WebSocket API is that pushes the statuses of orders, if it runs. */
  readonly live?: string | undefined;
}

const BELOW = '/console';
const API = `${BELOW}/api`;
/** What the page needs of the control API, and no more. */
const CONTROL_ROUTES: ReadonlySet<string> = new Set([
  'GET /executions/*',
  'GET /invocations/*',
  'GET /queues/*/messages',
  'POST /queues/*/redrive',
  'PUT /faults',
]);

const TICK_MS = 250;
/** A browser opens six connections to a host at most; a page that is not looked at has none. */
const MOST_STREAMS = 16;
const TOKEN_SECONDS = 300;
const TOKEN_SCOPE = 'shop/orders';
const LONGEST_CUSTOMER = 128;

const contentSecurityPolicy = (live: string | undefined) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self'${live === undefined ? '' : ` ${live}`}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Whether the console stands at the path, unless a route of the API does. */
export function isOfConsole(url: string): boolean {
  return /^\/console(?:[/?]|$)/.test(url);
}

/** Serves the page below `/console`, and to this page alone what it shows and does below `/console/api/`. */
export function consoleApp({ controlled, issuer, live }: ConsoleOptions): RequestListener {
  const assets = consoleAssets();
  const headers = { ...HEADERS, 'content-security-policy': contentSecurityPolicy(live) };
  // Who comes to a route below the API was admitted before.
  const control = controlApi(controlled, { below: API, admit: () => undefined, routes: CONTROL_ROUTES });
  let streams = 0;

  const stream = (response: ServerResponse) => {
    if (streams >= MOST_STREAMS) throw new ControlError(503, 'Too many pages are open.');
    const next = feedOf({ ...controlled, live });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = () => {
      // Who does not read as fast gets the next changes together.
      if (response.writableNeedDrain) return;
      const frame = next();
      if (frame) response.write(`data: ${JSON.stringify(frame)}\n\n`);
    };
    streams += 1;
    const timer = setInterval(send, TICK_MS).unref();
    response.once('close', () => {
      streams -= 1;
      clearInterval(timer);
    });
    send();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    refuseOtherNames(request);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const called = `${request.method} ${path}`;
    if (path.startsWith(`${API}/`)) {
      refuseOtherSites(request);
      if (called === `GET ${API}/stream`) return stream(response);
      if (called !== `POST ${API}/token`) return control(request, response);
      const sub = customerIn(await bodyOf(request));
      const token = await issuer.token({ sub, scope: TOKEN_SCOPE, expires: TOKEN_SECONDS });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ token, expiresInSeconds: TOKEN_SECONDS }));
      return;
    }
    const asset = request.method === 'GET' ? await assets(path.slice(BELOW.length + 1)) : undefined;
    if (!asset) throw new ControlError(404, `There is no ${called}.`);
    response.writeHead(200, { 'content-type': asset.contentType }).end(asset.body);
  };

  return (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answer(request, response).catch((error: unknown) => {
      const status = error instanceof ControlError ? error.status : 500;
      if (status === 500) console.error('The console failed:', error);
      request.resume();
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify({ error: messageOf(error) }));
    });
  };
}

/**
 * Another page, even one of another port of this machine, is another origin. Browsers say where a request comes from;
 * what changes something is not done for a caller that does not.
 */
function refuseOtherSites(request: IncomingMessage): void {
  const { origin, host, 'sec-fetch-site': site = 'same-origin' } = request.headers;
  const isOrigin = origin === undefined ? request.method === 'GET' : origin === `http://${host}`;
  if (site !== 'same-origin' || !isOrigin) throw new ControlError(403, 'It is for the console alone.');
  refuseSimpleRequests(request);
}

function customerIn({ customer }: Record<string, unknown>): string {
  const isName = typeof customer === 'string' && customer.length > 0 && customer.length <= LONGEST_CUSTOMER;
  if (!isName) throw new ControlError(400, `customer must be a text of 1 to ${LONGEST_CUSTOMER} characters.`);
  return customer;
}
