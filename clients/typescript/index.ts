import createClient, { type FetchResponse, type MaybeOptionalInit } from 'openapi-fetch';
import { type Effects, exchange, type Sending, type Token } from './exchange.ts';
import type { components, paths } from './schema.ts';

export type { Token } from './exchange.ts';
export { type Problem, ShopError } from './shop-error.ts';

/** The schemas of the API by name, such as `Schemas['Item']`. */
export type Schemas = components['schemas'];

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
type PathOf<M extends Method> = {
  [Path in keyof paths]: paths[Path] extends Record<M, object> ? Path : never;
}[keyof paths];

/** The Idempotency-Key is optional where the API requires it, because the client makes one. */
type KeyOptional<Operation> = Operation extends { parameters: { header: { 'Idempotency-Key': string } } }
  ? Omit<Operation, 'parameters'> & {
      parameters: Omit<Operation['parameters'], 'header'> & {
        header?: Operation['parameters']['header'];
      };
    }
  : Operation;
type Routes = { [Path in keyof paths]: { [M in keyof paths[Path]]: KeyOptional<paths[Path][M]> } };

type Json = 'application/json';
type Success<Operation, Init> = Extract<
  FetchResponse<Operation & Record<string, unknown>, Init, Json>,
  { error?: never }
>;
/** Who asks with If-None-Match may get 304, and no data. */
type Answer<Operation, Init> = Init extends { params: { header: { 'If-None-Match': string } } }
  ? Partial<Pick<Success<Operation, Init>, 'data'>> & Pick<Success<Operation, Init>, 'response'>
  : Success<Operation, Init>;
type Call<M extends Method> = <Path extends PathOf<M>, const Init extends MaybeOptionalInit<Routes[Path], M>>(
  path: Path,
  ...init: undefined extends Init ? [init?: Init] : [init: Init]
) => Promise<Answer<Routes[Path][M], Init>>;

/** What the routes with pages answer. */
interface Pages {
  '/items': Schemas['ItemPage'];
  '/orders': Schemas['OrderPage'];
}
type Query<Path extends keyof Pages> = NonNullable<paths[Path]['get']['parameters']['query']>;

/**
 * The API by its routes, each with the parameters, the body and the answer that the OpenAPI document gives it.
 *
 * A call resolves to `data`, the parsed body, and `response`, for headers such as ETag. Throws ShopError for a refusal,
 * and the reason of `signal` when the caller has aborted.
 */
export interface ShopClient {
  GET: Call<'get'>;
  PUT: Call<'put'>;
  POST: Call<'post'>;
  PATCH: Call<'patch'>;
  DELETE: Call<'delete'>;
  /** One page after the other, asked for when the one before has been looked at. */
  pages<Path extends keyof Pages>(
    path: Path,
    query?: Query<Path>,
    options?: { signal?: AbortSignal },
  ): AsyncGenerator<Pages[Path], void>;
}

export interface ShopClientOptions {
  readonly baseUrl: string;
  /** Not needed for what is public. A function is asked before each attempt. */
  readonly token?: Token;
  readonly fetch?: typeof fetch;
  /** How long one attempt may take; 30 s, as the API's own limit, when left out. */
  readonly timeoutMilliseconds?: number;
  /** How often a call is repeated at most; three times when left out. Only what is safe to repeat is. */
  readonly retries?: number;
}

/** The routes that honour Idempotency-Key. */
type KeyedPath = {
  [Path in PathOf<'post'>]: IfKeyed<paths[Path]['post']['parameters']['header'], Path>;
}[PathOf<'post'>];
type IfKeyed<Header, Path> = Header extends { 'Idempotency-Key'?: string } ? Path : never;
const keyed: Readonly<Record<KeyedPath, true>> = {
  '/items': true,
  '/items/{id}/stock': true,
  '/orders': true,
};

const realEffects: Effects = {
  newId: () => crypto.randomUUID(),
  random: Math.random,
  async wait(milliseconds, signal) {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, milliseconds);
      signal.addEventListener('abort', stop, { once: true });
    });
  },
};

/** A client of the API at the URL. Calls that are safe to repeat are repeated while the API is busy or silent. */
export function createShopClient(
  { baseUrl, token, timeoutMilliseconds = 30_000, retries = 3, fetch = globalThis.fetch }: ShopClientOptions,
  effects: Effects = realEffects,
): ShopClient {
  const sending: Sending = { token, fetch, timeoutMilliseconds, retries };
  const client = createClient<paths>({
    baseUrl,
    fetch: (request) => exchange(request, sending, effects),
  });
  client.use({
    onRequest({ request, schemaPath }) {
      if (request.method !== 'POST' || !Object.hasOwn(keyed, schemaPath)) return;
      if (!request.headers.has('idempotency-key')) request.headers.set('idempotency-key', effects.newId());
    },
  });
  // What openapi-fetch would answer as `error`, the exchange throws.
  const { GET, PUT, POST, PATCH, DELETE } = client as unknown as Omit<ShopClient, 'pages'>;
  return {
    GET,
    PUT,
    POST,
    PATCH,
    DELETE,
    async *pages<Path extends keyof Pages>(
      path: Path,
      query?: Query<Path>,
      options?: { signal?: AbortSignal },
    ) {
      const page = GET as (path: Path, init: object) => Promise<{ data: Pages[Path] }>;
      let cursor = query?.cursor ?? null;
      do {
        const { data } = await page(path, {
          ...options,
          params: { query: { ...query, ...(cursor !== null && { cursor }) } },
        });
        yield data;
        cursor = data.nextCursor;
      } while (cursor !== null);
    },
  };
}
