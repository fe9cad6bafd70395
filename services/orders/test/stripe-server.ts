import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type StripeAction = 'create' | 'confirm' | 'retrieve' | 'search' | 'cancel' | 'refund';

/**
 * What goes wrong with a request: the work is done and the answer lost, nobody ever answers, or the answer is an
 * error. Stripe keeps a 500 under the request's key; what it refuses before it begins (409, 429) it does not.
 */
export type StripeFault = 'lost' | 'silence' | 409 | 429 | 500;

type Status =
  | 'requires_confirmation'
  | 'requires_payment_method'
  | 'requires_action'
  | 'processing'
  | 'succeeded'
  | 'canceled';

export interface Intent {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly metadata: { readonly orderId: string };
  status: Status;
  payment_method: string | null;
  latest_charge: { readonly id: string; refunded: boolean } | null;
  last_payment_error: object | null;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

export interface StripeServer {
  readonly address: URL;
  /** All of them, in the order of their making. */
  readonly intents: readonly Intent[];
  readonly refunds: readonly string[];
  /** Every request that reached the server, with its parameters. */
  readonly requests: readonly { readonly action: StripeAction; readonly parameters: object }[];
  /** The next requests of the action meet these faults, one each. */
  fail(action: StripeAction, ...faults: StripeFault[]): void;
  /** Does the work when the next request of the action comes, before it is answered. */
  before(action: StripeAction, work: () => void): void;
  /** How the next refunds turn out. */
  refundsAre(status: 'succeeded' | 'pending' | 'failed'): void;
  /** As Stripe does when keys are a day old. */
  forgetKeys(): void;
  stop(): Promise<void>;
}

const ROUTES: readonly (readonly [StripeAction, RegExp])[] = [
  ['create', /^POST \/v1\/payment_intents$/],
  ['search', /^GET \/v1\/payment_intents\/search$/],
  ['confirm', /^POST \/v1\/payment_intents\/(pi_\d+)\/confirm$/],
  ['cancel', /^POST \/v1\/payment_intents\/(pi_\d+)\/cancel$/],
  ['retrieve', /^GET \/v1\/payment_intents\/(pi_\d+)$/],
  ['refund', /^POST \/v1\/refunds$/],
];

const ACCEPTED_KEY = 'sk_test_1';

const CARD_DECLINED = {
  type: 'card_error',
  code: 'card_declined',
  decline_code: 'insufficient_funds',
  message: 'Your card has insufficient funds.',
};

const error = (status: number, body: object): Answer => ({ status, body: { error: body } });
const invalid = (code: string, message = code) =>
  error(400, { type: 'invalid_request_error', code, message });
const REFUSALS = {
  409: error(409, { type: 'invalid_request_error', code: 'idempotency_key_in_use', message: 'In use.' }),
  429: error(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many.' }),
  500: error(500, { type: 'api_error', message: 'Something went wrong.' }),
};

/** Stands in for the part of Stripe's API that payments use, on a free port of this machine. */
export async function startStripeServer(): Promise<StripeServer> {
  const intents: Intent[] = [];
  const refunds: string[] = [];
  const requests: { action: StripeAction; parameters: object }[] = [];
  const answers = new Map<string, { request: string; answer: Answer }>();
  const faults = new Map<StripeAction, StripeFault[]>();
  const works = new Map<StripeAction, () => void>();
  let refundStatus = 'succeeded';

  const work: Record<StripeAction, (parameters: URLSearchParams, intent: Intent) => Answer> = {
    create(parameters) {
      const method = parameters.get('payment_method') ?? '';
      if (!method.startsWith('pm_card_')) {
        return invalid('resource_missing', `No such PaymentMethod: '${method}'`);
      }
      const intent: Intent = {
        id: `pi_${intents.length + 1}`,
        amount: Number(parameters.get('amount')),
        currency: parameters.get('currency') ?? '',
        metadata: { orderId: parameters.get('metadata[orderId]') ?? '' },
        status: 'requires_confirmation',
        payment_method: method,
        latest_charge: null,
        last_payment_error: null,
      };
      intents.push(intent);
      return ok(shown(intent, parameters));
    },

    confirm(parameters, intent) {
      if (intent.status !== 'requires_confirmation') return invalid('payment_intent_unexpected_state');
      switch (intent.payment_method) {
        case 'pm_card_visa_chargeDeclinedInsufficientFunds':
          Object.assign(intent, {
            status: 'requires_payment_method',
            payment_method: null,
            last_payment_error: CARD_DECLINED,
          });
          return error(402, { ...CARD_DECLINED, payment_intent: structuredClone(intent) });
        case 'pm_card_authenticationRequired':
          intent.status = 'requires_action';
          return ok(shown(intent, parameters));
        default:
          capture(intent);
          return ok(shown(intent, parameters));
      }
    },

    retrieve: (parameters, intent) => ok(shown(intent, parameters)),

    search(parameters) {
      const [, orderId] = /^metadata\['orderId'\]:'(.+)'$/.exec(parameters.get('query') ?? '') ?? [];
      const found = intents.filter(({ metadata }) => metadata.orderId === orderId);
      const data = found.map((intent) => shown(intent, parameters));
      return ok({ object: 'search_result', data, has_more: false });
    },

    cancel(parameters, intent) {
      if (['succeeded', 'canceled', 'processing'].includes(intent.status)) {
        return invalid('payment_intent_unexpected_state');
      }
      intent.status = 'canceled';
      return ok(shown(intent, parameters));
    },

    refund(parameters) {
      const charge = intents.find(({ id }) => id === parameters.get('payment_intent'))?.latest_charge;
      if (!charge) return invalid('resource_missing');
      if (charge.refunded) return invalid('charge_already_refunded');
      charge.refunded = refundStatus !== 'failed';
      const id = `re_${refunds.push(charge.id)}`;
      return ok({ id, object: 'refund', status: refundStatus });
    },
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const { pathname, searchParams } = new URL(url, 'http://stripe');
    const [action, path] = ROUTES.find(([, each]) => each.test(`${method} ${pathname}`)) ?? [];
    const parameters = method === 'POST' ? new URLSearchParams(await text(request)) : searchParams;
    const send = ({ status, body }: Answer, replayed = false) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'request-id': `req_${requests.length}`,
        ...(replayed && { 'idempotent-replayed': 'true' }),
      });
      response.end(JSON.stringify(body));
    };
    if (!action) return send(error(404, { type: 'invalid_request_error', message: `No ${pathname}.` }));
    requests.push({ action, parameters: Object.fromEntries(parameters) });
    if (headers.authorization !== `Bearer ${ACCEPTED_KEY}`) {
      return send(error(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' }));
    }
    works.get(action)?.();
    works.delete(action);
    const fault = faults.get(action)?.shift();
    if (fault === 'silence') return;
    if (fault === 409 || fault === 429) return send(REFUSALS[fault]);

    const key = headers['idempotency-key'];
    const name = `${method} ${pathname} ${parameters}`;
    const known = typeof key === 'string' ? answers.get(key) : undefined;
    if (known && known.request !== name) {
      return send(error(400, { type: 'idempotency_error', message: 'Keys are for one request only.' }));
    }
    const [, id] = path?.exec(`${method} ${pathname}`) ?? [];
    const intent = intents.find((each) => each.id === id);
    const make = () => {
      if (fault === 500) return REFUSALS[500];
      return id && !intent ? invalid('resource_missing') : work[action](parameters, intent as Intent);
    };
    const answer = known?.answer ?? make();
    // Parameters that are no good keep Stripe from beginning.
    if (typeof key === 'string' && answer.status !== 400) answers.set(key, { request: name, answer });
    if (fault === 'lost') request.socket.destroy();
    else send(answer, known !== undefined);
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((problem) => response.destroy(problem));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    intents,
    refunds,
    requests,
    fail: (action, ...all) => faults.set(action, all),
    before: (action, each) => works.set(action, each),
    refundsAre(status) {
      refundStatus = status;
    },
    forgetKeys: () => answers.clear(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a confirmation does to an intent with a good card. */
export function capture(intent: Intent): void {
  intent.status = 'succeeded';
  intent.latest_charge = { id: `ch_${intent.id}`, refunded: false };
}

const ok = (body: object): Answer => ({ status: 200, body: structuredClone(body) });

/** The charge is a name only, unless the request asks for it. */
function shown(intent: Intent, parameters: URLSearchParams): object {
  const expanded = parameters.get('expand[0]')?.endsWith('latest_charge');
  return { ...intent, latest_charge: (expanded ? intent.latest_charge : intent.latest_charge?.id) ?? null };
}
