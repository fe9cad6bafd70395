import { isRecord } from '../cloudformation/template.ts';
import { LocalCloudError } from '../errors.ts';

export interface Route {
  /** As in `GET /items/{id}`, or `$default`. */
  readonly routeKey: string;
  readonly method: string;
  readonly segments: readonly string[];
  readonly functionKey: string;
  /** Absent for a public route. */
  readonly authorizer?: { readonly name: string; readonly scopes: readonly string[] };
}

export interface Match {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** The routes that the functions' `httpApi` events declare, the most specific first. */
export function routesOf(functions: Readonly<Record<string, { events?: readonly unknown[] }>>): Route[] {
  return Object.entries(functions)
    .flatMap(([functionKey, { events = [] }]) =>
      events
        .filter(isRecord)
        .filter((event) => event.httpApi !== undefined)
        .map(({ httpApi }) => routeOf(functionKey, httpApi)),
    )
    .sort((left, right) => rank(left).localeCompare(rank(right)));
}

/** The first route that takes the request; `path` as it was sent, with its percent-encoding. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match | undefined {
  const segments = path.split('/').slice(1).map(decodeURIComponent);
  for (const route of routes) {
    if (route.method !== 'ANY' && route.method !== method) continue;
    const pathParameters = matchSegments(route.segments, segments);
    if (pathParameters) return { route, pathParameters };
  }
  return undefined;
}

function routeOf(functionKey: string, declared: unknown): Route {
  const { method, path, authorizer } = isRecord(declared) ? declared : parse(String(declared));
  const isDefault = path === '*' || path === '$default';
  const verb = method === '*' ? 'ANY' : String(method ?? 'ANY').toUpperCase();
  return {
    routeKey: isDefault ? '$default' : `${verb} ${path}`,
    method: isDefault ? 'ANY' : verb,
    segments: isDefault ? ['{default+}'] : String(path).split('/').slice(1),
    functionKey,
    ...(authorizer !== undefined && { authorizer: authorizerOf(functionKey, authorizer) }),
  };
}

function parse(text: string): Record<string, unknown> {
  if (text === '*' || text === '$default') return { path: '*' };
  const [method, path] = text.split(/\s+/);
  return { method, path };
}

function authorizerOf(functionKey: string, declared: unknown): Route['authorizer'] & object {
  const { name, scopes = [] } = isRecord(declared) ? declared : { name: declared };
  if (typeof name !== 'string') {
    throw new LocalCloudError(
      `function ${functionKey}: only authorizers that are referred to by name run locally.`,
    );
  }
  return { name, scopes: [scopes].flat().map(String) };
}

function matchSegments(
  pattern: readonly string[],
  actual: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const name = /^\{(.+)\}$/.exec(expected)?.[1];
    if (name?.endsWith('+')) {
      const rest = actual.slice(index).join('/');
      parameters[name.slice(0, -1)] = rest;
      return rest === '' && name !== 'default+' ? undefined : parameters;
    }
    const value = actual[index];
    if (value === undefined || (name === undefined ? value !== expected : value === '')) return undefined;
    if (name !== undefined) parameters[name] = value;
  }
  return pattern.length === actual.length ? parameters : undefined;
}

/** Sorts `$default` last, greedy paths before it, then parameters, and `ANY` after a method of its own. */
function rank({ routeKey, segments, method }: Route): string {
  const kinds = segments.map((segment) =>
    segment.endsWith('+}') ? '2' : segment.startsWith('{') ? '1' : '0',
  );
  const isGreedy = kinds.includes('2');
  return [
    routeKey === '$default' ? '1' : '0',
    isGreedy ? '1' : '0',
    kinds.join(''),
    method === 'ANY' ? '1' : '0',
  ].join(' ');
}
