import type { ExecutionHistory, FaultRule } from './frame.ts';
import type { Order, OrderReference } from './orders.ts';

export interface Item {
  readonly id: string;
  readonly name: string;
  readonly stock: number;
  readonly price: { readonly amount: number; readonly currency: string };
}

export interface QueueMessage {
  readonly messageId: string;
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
  messages(queue: string): Promise<readonly QueueMessage[]>;
  redrive(queue: string, messageId?: string): Promise<RedriveReport>;
  setFaults(plan: { seed: number; rules: readonly FaultRule[] }): Promise<void>;
}

export interface ApiOptions {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly newKey: () => string;
}

const SHOWN_ITEMS = 50;
const MESSAGES = '/console/api/queues';
/** A token that is about to expire is not used any more. */
const EARLY_MS = 30_000;
const JSON_BODY = { 'content-type': 'application/json' };

/** Every method throws an Error whose message is for people. */
export function apiOf({ fetch, now, newKey }: ApiOptions): Api {
  const tokens = new Map<string, { readonly expiresAt: number; readonly token: Promise<string> }>();

  const ask = async <Answer>(path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(path, init).catch(() => undefined);
    if (!response) throw new Error('The local cloud does not answer.');
    const answer: unknown = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(problemOf(answer, response.status));
    return answer as Answer;
  };
  const send = <Answer>(method: 'POST' | 'PUT', path: string, body: object) =>
    ask<Answer>(path, { method, headers: JSON_BODY, body: JSON.stringify(body) });

  const authorized = async (customer: string) => {
    const kept = tokens.get(customer);
    if (kept && kept.expiresAt > now()) return { authorization: `Bearer ${await kept.token}` };
    const asked = send<{ token: string; expiresInSeconds: number }>('POST', '/console/api/token', {
      customer,
    });
    // Those who ask meanwhile wait for the same one.
    tokens.set(customer, { expiresAt: now() + EARLY_MS, token: asked.then(({ token }) => token) });
    try {
      const { token, expiresInSeconds } = await asked;
      const expiresAt = now() + expiresInSeconds * 1_000 - EARLY_MS;
      tokens.set(customer, { expiresAt, token: Promise.resolve(token) });
      return { authorization: `Bearer ${token}` };
    } catch (error) {
      tokens.delete(customer);
      throw error;
    }
  };

  return {
    items: async () => (await ask<{ items: Item[] }>(`/items?limit=${SHOWN_ITEMS}`)).items,
    async placeOrder(customer, line, token) {
      const headers = { ...JSON_BODY, ...(await authorized(customer)), 'idempotency-key': newKey() };
      const body = JSON.stringify({ lines: [line], payment: { token } });
      return (await ask<Order>('/orders', { method: 'POST', headers, body })).id;
    },
    async order({ orderId, customerId }) {
      return ask(`/orders/${encodeURIComponent(orderId)}`, { headers: await authorized(customerId) });
    },
    history: (executionArn) => ask(`/console/api/executions/${encodeURIComponent(executionArn)}`),
    lines: (invocation) => ask(`/console/api/invocations/${invocation}`),
    messages: (queue) => ask(`${MESSAGES}/${encodeURIComponent(queue)}/messages`),
    redrive: (queue, messageId) =>
      send('POST', `${MESSAGES}/${encodeURIComponent(queue)}/redrive`, { messageId }),
    setFaults: (plan) => send('PUT', '/console/api/faults', plan),
  };
}

/** What the API, API Gateway or the console's own API says went wrong. */
function problemOf(answer: unknown, status: number): string {
  const { detail, title, message, error } = answer as Readonly<Record<string, unknown>>;
  const said = [detail, title, message, error].find((text) => typeof text === 'string');
  return said === undefined ? `It was answered with status ${status}.` : String(said);
}
