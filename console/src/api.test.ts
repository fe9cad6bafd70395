import { expect, it } from '@jest/globals';
import { type Api, apiOf } from './api.ts';

interface Asked {
  readonly tokens: string[];
  readonly sent: (string | null)[];
}

/** The status of each answer to a token request is the next of `statuses`, 200 after them. */
function shop(statuses: number[] = []): { api: Api; asked: Asked; pass(milliseconds: number): void } {
  const asked: Asked = { tokens: [], sent: [] };
  let clock = 0;
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    if (input === '/console/api/token') {
      asked.tokens.push((JSON.parse(String(init?.body)) as { customer: string }).customer);
      const body = { token: `token-${asked.tokens.length}`, expiresInSeconds: 300 };
      return Response.json(body, { status: statuses.shift() ?? 200 });
    }
    asked.sent.push(new Request(input, init).headers.get('authorization'));
    return Response.json({ id: 'a' });
  };
  const api = apiOf({ origin: 'http://127.0.0.1:3000', fetch, now: () => clock });
  return {
    ...{ api, asked },
    pass(milliseconds) {
      clock += milliseconds;
    },
  };
}
const bobs = { orderId: 'a', customerId: 'bob' };

it('asks for one token of a customer whose orders are read at the same time', async () => {
  const { api, asked } = shop();
  await Promise.all([api.order(bobs), api.order(bobs), api.order({ orderId: 'b', customerId: 'eve' })]);
  expect(asked.tokens).toEqual(['bob', 'eve']);
  expect(asked.sent.toSorted()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
});

it('uses a token until half a minute before it expires', async () => {
  const { api, asked, pass } = shop();
  await api.order(bobs);
  pass(269_999);
  await api.order(bobs);
  expect(asked.tokens).toEqual(['bob']);
  pass(1);
  await api.order(bobs);
  expect(asked.tokens).toEqual(['bob', 'bob']);
});

it('asks for a token again after a refusal', async () => {
  const { api, asked } = shop([400]);
  await expect(api.order(bobs)).rejects.toThrow('It was answered with status 400.');
  await api.order(bobs);
  expect(asked.tokens).toEqual(['bob', 'bob']);
});
