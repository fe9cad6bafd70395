import assert from 'node:assert/strict';
import { DescribeUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import type { Clients } from './clients.ts';
import type { Stack } from './stack.ts';

/** An HTTP API of AWS gives up after 30 s; the rest is for the way there. */
const ANSWER_MILLISECONDS = 60_000;

export interface Asking {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, if it is an object in JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The deployed HTTP API. */
export interface Api {
  ask(route: string, asking?: Asking): Promise<Answer>;
  /** Asks, and fails unless the answer has this status. */
  expect(status: number, route: string, asking?: Asking): Promise<Answer>;
}

/** The API by the path that the emulator has for it, instead of its host name, which no resolver knows here. */
export const openApi = (endpoint: string, { outputs }: Stack): Api =>
  apiAt(`${endpoint}/_aws/execute-api/${outputs.HttpApiId}/$default`);

/** The API whose routes begin at this URL. */
export function apiAt(base: string): Api {
  const api: Api = {
    async ask(route, { token, body, headers = {} } = {}) {
      const [method = 'GET', path = '/'] = route.split(' ');
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
      }).catch((error: Error) => {
        const { message } = Object(error.cause ?? error);
        throw new Error(`${route} gets no answer: ${message}`, { cause: error });
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: parse(text) };
    },
    async expect(status, route, asking) {
      const answer = await api.ask(route, asking);
      assert.equal(
        answer.status,
        status,
        `${route} answers ${answer.status}, not ${status}: ${answer.text.slice(0, 300)}`,
      );
      return answer;
    },
  };
  return api;
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/**
 * A token of the back office, as the deployed user pool gives it for its client's secret.
 *
 * @param endpoint where the user pool answers OAuth requests
 */
export async function backOfficeToken(
  endpoint: string,
  { cognito }: Pick<Clients, 'cognito'>,
  { outputs }: Pick<Stack, 'outputs'>,
): Promise<string> {
  const { UserPoolClient: { ClientId = '', ClientSecret = '' } = {} } = await cognito.send(
    new DescribeUserPoolClientCommand({
      UserPoolId: outputs.IssuerUrl?.split('/').at(-1) ?? '',
      ClientId: outputs.TokenAudience,
    }),
  );
  const response = await fetch(`${endpoint}/oauth2/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${ClientId}:${ClientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  assert.ok(token, `Cognito answers ${response.status} to the client credentials`);
  return token;
}
