import {
  createShopClient,
  type Schemas,
  type ShopClient,
  ShopError,
} from '../../clients/typescript/index.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { ExecutionHistory } from './frame.ts';
import type { Order, OrderReference } from './orders.ts';

export type Item = Schemas['Item'];

export interface QueueMessage {
  readonly id: string;
  readonly body: string;
}

export interface RedriveReport {
  readonly redriven: number;
  readonly failed: readonly { readonly messageId: string; readonly reason: string }[];
}

/** What an invocation printed, and how it failed. */
export interface InvocationLines {
  readonly printed: string;
  readonly error: string | null;
}

/** What the page asks for and does: the shop by its public API, the local cloud by the console's own. */
export interface Api {
  items(): Promise<readonly Item[]>;
  /** Answers the id of the order. */
  placeOrder(customer: string, line: { itemId: string; quantity: number }, token: string): Promise<string>;
  order(reference: OrderReference): Promise<Order>;
  history(executionArn: string): Promise<ExecutionHistory>;
  lines(invocation: number): Promise<InvocationLines>;
  /** A new token of the customer. */
  token(customer: string): Promise<string>;
  messages(queue: string): Promise<readonly QueueMessage[]>;
  redrive(queue: string, messageId?: string): Promise<RedriveReport>;
  /** Answers the plan as it is in force. */
  setFaults(plan: FaultPlan): Promise<FaultPlan>;
}

export interface ApiOptions {
  /** The origin of the page, which is that of the API too. */
  readonly origin: string;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

const SHOWN_ITEMS = 50;
const MESSAGES = '/console/api/queues';
/** A token that is about to expire is not used any more. */
const EARLY_MS = 30_000;
const JSON_BODY = { 'content-type': 'application/json' };

/** Every method throws an Error whose message is for people. */
export function apiOf({ origin, fetch, now }: ApiOptions): Api {
  const tokens = new Map<string, KeptToken>();

  const ask = async <Answer>(path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(path, init).catch(() => undefined);
    if (!response) throw new Error('The local cloud does not answer.');
    const answer: unknown = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(problemOf(answer, response.status));
    return answer as Answer;
  };
  const send = <Answer>(method: 'POST' | 'PUT', path: string, body: object) =>
    ask<Answer>(path, { method, headers: JSON_BODY, body: JSON.stringify(body) });

  const newToken = (customer: string) => send<Token>('POST', '/console/api/token', { customer });
  const keepToken = (customer: string): KeptToken => {
    const asked = newToken(customer);
    const kept: KeptToken = { token: asked.then(({ token }) => token), expiresAt: Number.POSITIVE_INFINITY };
    tokens.set(customer, kept);
    asked.then(
      ({ expiresInSeconds }) => {
        kept.expiresAt = now() + expiresInSeconds * 1_000 - EARLY_MS;
      },
      () => tokens.delete(customer),
    );
    return kept;
  };
  const tokenOf = (customer: string): Promise<string> => {
    for (const [each, { expiresAt }] of tokens) if (expiresAt <= now()) tokens.delete(each);
    return (tokens.get(customer) ?? keepToken(customer)).token;
  };
  const shopFor = (customer: string): ShopClient =>
    createShopClient({ baseUrl: origin, token: () => tokenOf(customer), fetch });
  const catalogue = createShopClient({ baseUrl: origin, fetch });

  return {
    async items() {
      const { data } = await catalogue
        .GET('/items', { params: { query: { limit: SHOWN_ITEMS } } })
        .catch(toldShortly);
      return data.items;
    },
    async placeOrder(customer, line, token) {
      const body = { lines: [line], payment: { token } };
      const { data } = await shopFor(customer).POST('/orders', { body }).catch(toldShortly);
      return data.id;
    },
    async order({ orderId, customerId }) {
      const params = { path: { id: orderId } };
      return (await shopFor(customerId).GET('/orders/{id}', { params })).data;
    },
    history: (executionArn) => ask(`/console/api/executions/${encodeURIComponent(executionArn)}`),
    lines: (invocation) => ask(`/console/api/invocations/${invocation}`),
    token: async (customer) => (await newToken(customer)).token,
    messages: (queue) => ask(`${MESSAGES}/${encodeURIComponent(queue)}/messages`),
    redrive: (queue, messageId) =>
      send('POST', `${MESSAGES}/${encodeURIComponent(queue)}/redrive`, { messageId }),
    setFaults: (plan) => send('PUT', '/console/api/faults', plan),
  };
}

interface Token {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** A token from when it is asked for, so that calls at the same time share it; it does not expire before it is there. */
interface KeptToken {
  readonly token: Promise<string>;
  expiresAt: number;
}

/** @throws Error with the problem's own words, which say what to do about it */
function toldShortly(error: unknown): never {
  if (!(error instanceof ShopError)) throw error;
  throw new Error(error.problem?.detail ?? error.message, { cause: error });
}

function problemOf(answer: unknown, status: number): string {
  const { error } = answer as { error?: unknown };
  return typeof error === 'string' ? error : `It was answered with status ${status}.`;
}
