import * as z from 'zod/mini';
import type { HttpContract } from './middleware/http.ts';

export type Schema = z.core.$ZodType;

/** One answer of an operation: `schema` of a JSON body, or the media type of another body, or none. */
export interface Answer {
  readonly description: string;
  readonly schema?: Schema;
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the document says of one function beyond its route, which is read from serverless.yml. */
export interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly contract: HttpContract<unknown, unknown, unknown>;
  /** Request headers that the operation reads, with what they do. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Those without which the request is refused. */
  readonly requiredHeaders?: readonly string[];
  readonly answers: Readonly<Record<number, Answer>>;
}

/** A route as serverless.yml declares it; no scopes means that it is public. */
export interface Route {
  readonly functionKey: string;
  readonly method: string;
  readonly path: string;
  readonly scopes?: readonly string[];
}

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.optional(z.string()),
  errors: z.optional(
    z.array(
      z.object({
        in: z.enum(['body', 'query', 'path', 'header']),
        pointer: z.string(),
        detail: z.string(),
      }),
    ),
  ),
  requestId: z.string(),
});
const gatewayMessage = z.object({ message: z.string() });

/** Answers that every route may give, by who gives them. */
const everywhere: Record<number, Answer> = {
  429: { description: 'Too many requests' },
  500: { description: 'A fault of ours; quote the request id' },
  503: { description: 'A dependency does not answer; try again later' },
};
const authorized: Record<number, Answer> = {
  401: {
    description: 'The token is missing, expired, not signed by the issuer or not for this API',
    schema: gatewayMessage,
  },
  403: { description: 'The token lacks the scope', schema: gatewayMessage },
};
const withBody: Record<number, Answer> = {
  413: { description: 'The body is larger than 256 KB' },
  415: { description: 'The body is of another media type or in another encoding than UTF-8' },
};

/**
 * The OpenAPI 3.1 document of the given routes. Schemas come from the contracts that validate the requests; those
 * in `schemas` stand under their names in the components.
 * Throws for a route whose function describes no operation, and for an operation without a route.
 */
export function openapiDocument(
  info: { title: string; version: string; description: string },
  routes: readonly Route[],
  operations: Readonly<Record<string, Operation>>,
  schemas: Readonly<Record<string, Schema>>,
): object {
  const routed = new Set(routes.map(({ functionKey }) => functionKey));
  const unrouted = Object.keys(operations).filter((key) => !routed.has(key));
  if (unrouted.length > 0)
    throw new Error(`No route leads to the described operations: ${unrouted.join(', ')}`);

  const writer = new SchemaWriter({ ...schemas, Problem: problem, GatewayMessage: gatewayMessage });
  const paths: Record<string, Record<string, object>> = {};
  for (const route of [...routes].sort((a, b) => a.path.localeCompare(b.path))) {
    const operation = operations[route.functionKey];
    if (!operation) throw new Error(`No operation describes the function ${route.functionKey}`);
    const several = routes.filter(({ functionKey }) => functionKey === route.functionKey).length > 1;
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: {
        // A function with several routes stands for several operations, which must not share an id.
        operationId: several ? `${route.functionKey}${suffixOf(route.path)}` : route.functionKey,
        ...describe(route, operation, writer),
      },
    };
  }
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: '/' }],
    tags: [...new Set(Object.values(operations).map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: writer.components(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function suffixOf(path: string): string {
  const parameter = /\{(\w+)\}$/.exec(path)?.[1] ?? 'index';
  return parameter.charAt(0).toUpperCase() + parameter.slice(1);
}

function describe(
  { path, scopes }: Route,
  { contract, answers, ...operation }: Operation,
  writer: SchemaWriter,
): object {
  const { body, mediaTypes = ['application/json'] } = contract;
  const all: Record<number, Answer> = {
    ...(body && withBody),
    ...(scopes && authorized),
    ...everywhere,
    ...answers,
  };
  return {
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description && { description: operation.description }),
    ...(scopes && { security: [{ token: scopes }] }),
    parameters: [
      ...parameters('path', contract.path, writer, (name) => path.includes(`{${name}}`)),
      ...parameters('query', contract.query, writer),
      ...Object.entries(operation.headers ?? {}).map(([name, description]) => ({
        name,
        in: 'header',
        required: operation.requiredHeaders?.includes(name) ?? false,
        description,
        schema: { type: 'string' },
      })),
    ],
    ...(body && {
      requestBody: {
        required: true,
        content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: writer.write(body) }])),
      },
    }),
    responses: Object.fromEntries(
      Object.entries(all).map(([status, answer]) => [status, response(Number(status), answer, writer)]),
    ),
  };
}

function parameters(
  place: 'path' | 'query',
  schema: Schema | undefined,
  writer: SchemaWriter,
  isUsed = (_name: string) => true,
): object[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = writer.write(schema) as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(properties)
    .filter(([name]) => isUsed(name))
    .map(([name, property]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: property,
    }));
}

function response(
  status: number,
  { description, schema, mediaType, headers }: Answer,
  writer: SchemaWriter,
): object {
  const content = schema
    ? { 'application/json': { schema: writer.write(schema) } }
    : mediaType
      ? { [mediaType]: { schema: { type: 'string' } } }
      : status >= 400
        ? {
            'application/problem+json': { schema: writer.write(problem) },
            // The gateway throttles too, and in its own words.
            ...(status === 429 && { 'application/json': { schema: writer.write(gatewayMessage) } }),
          }
        : undefined;
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [
          name,
          { description: text, schema: { type: 'string' } },
        ]),
      ),
    }),
    ...(content && { content }),
  };
}

/** Writes zod schemas as JSON Schema (draft 2020-12), with references to those that have a name. */
class SchemaWriter {
  readonly #registry = z.registry<{ id: string }>();

  constructor(named: Readonly<Record<string, Schema>>) {
    for (const [id, schema] of Object.entries(named)) this.#registry.add(schema, { id });
  }

  write(schema: Schema): object {
    const name = this.#registry.get(schema)?.id;
    if (name) return { $ref: reference(name) };
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
    return rest;
  }

  components(): Record<string, object> {
    const { schemas } = z.toJSONSchema(this.#registry, { io: 'input', uri: reference });
    return Object.fromEntries(
      Object.entries(schemas).map(([name, { $schema: _, $id: __, ...rest }]) => [name, rest]),
    );
  }
}

const reference = (name: string) => `#/components/schemas/${name}`;
