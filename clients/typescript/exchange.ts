import { refusalOf, ShopError, silence } from './shop-error.ts';

/** A bearer token, or what gives one that is still valid. */
export type Token = string | (() => string | Promise<string>);

/** How requests are sent. */
export interface Sending {
  readonly token?: Token | undefined;
  readonly fetch: typeof fetch;
  /** For one attempt, with the body of its answer. */
  readonly timeoutMilliseconds: number;
  readonly retries: number;
}

/** Chance and time, which tests have under control. */
export interface Effects {
  newId(): string;
  /** At least 0, less than 1. */
  random(): number;
  /** Resolves after the time, or rejects with the reason of the signal. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const FIRST_BACKOFF_MILLISECONDS = 200;
/** Who is told to wait for longer has more use of the error. */
const LONGEST_WAIT_MILLISECONDS = 20_000;

/**
 * Sends the request, again after a while when that is safe and may help, and resolves to an answer below 400 with its
 * whole body. Throws ShopError for any other, and the signal's reason when the caller has aborted.
 */
export async function exchange(request: Request, sending: Sending, effects: Effects): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await send(request, sending);
    } catch (error) {
      if (!(error instanceof ShopError && mayPass(error) && mayBeRepeated(request))) throw error;
      // Chance keeps those apart that were refused at the same time.
      const backoff = effects.random() * FIRST_BACKOFF_MILLISECONDS * 2 ** attempt;
      const pause = (error.retryAfterSeconds ?? 0) * 1_000 + backoff;
      if (attempt === sending.retries || pause > LONGEST_WAIT_MILLISECONDS) throw error;
      await effects.wait(pause, request.signal);
    }
  }
}

async function send(request: Request, { token, fetch, timeoutMilliseconds }: Sending): Promise<Response> {
  const attempt = request.clone();
  if (token !== undefined) {
    attempt.headers.set('authorization', `Bearer ${typeof token === 'string' ? token : await token()}`);
  }
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMilliseconds)]);
  const answer = await whole(fetch(attempt, { signal })).catch((cause: unknown) => {
    request.signal.throwIfAborted();
    throw silence(request, cause);
  });
  if (answer.status >= 400) throw await refusalOf(request, answer);
  return answer;
}

/** An answer that breaks off is none. */
async function whole(answered: Promise<Response>): Promise<Response> {
  const response = await answered;
  const body = await response.arrayBuffer();
  return new Response(body.byteLength > 0 ? body : null, response);
}

/** The API also says of some conflicts that they pass, by naming a time. */
const mayPass = ({ code, status, retryAfterSeconds }: ShopError) =>
  code === 'no-answer' || status === 429 || status === 503 || retryAfterSeconds !== undefined;

/**
 * Whether a request does no more when it is made twice, and its answer then still tells what it did: with If-Match the
 * second would be refused because of what the first has changed.
 */
const mayBeRepeated = ({ method, headers }: Request) =>
  headers.has('idempotency-key') || (['GET', 'PUT', 'DELETE'].includes(method) && !headers.has('if-match'));
