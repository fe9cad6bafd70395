import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bruToEnvJsonV2, bruToJsonV2 } from '@usebruno/lang';
import { type Answer, filled, type Variables, type WrittenRequest } from './written-request.ts';

/**
 * Reads the requests of a Bruno collection in their order, as far as the collection here uses the format: assertions
 * with `eq` and `in`, variables from answers, and no scripts but those that wait.
 *
 * @see https://docs.usebruno.com/bru-lang/overview
 */
export const brunoRequests = (folder: string): WrittenRequest[] =>
  globSync('*.bru', { cwd: folder })
    .map((file) => bruToJsonV2(readFileSync(join(folder, file), 'utf8')))
    .toSorted((one, other) => Number(one.meta.seq) - Number(other.meta.seq))
    .map(({ meta, http, headers = [], auth, body, vars, assertions = [], settings }) => ({
      title: meta.name,
      method: http.method.toUpperCase(),
      url: http.url,
      headers: {
        ...(http.body === 'json' && { 'Content-Type': 'application/json' }),
        ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
        ...(auth?.bearer && { Authorization: `Bearer ${auth.bearer.token}` }),
      },
      body: http.body === 'none' ? undefined : body?.[http.body],
      followsRedirects: settings?.followRedirects ?? true,
      check(answer, variables) {
        for (const { name, value } of vars?.res ?? []) variables.set(name, String(valueAt(value, answer)));
        return assertions.flatMap(({ name, value: assertion }) => {
          const seen = String(valueAt(name, answer));
          return holds(seen, filled(assertion, variables)) ? [] : [`${name} is ${seen}, not ${assertion}`];
        });
      },
    }));

/** The variables of one of the collection's environments. */
export const brunoEnvironment = (file: string): Variables =>
  new Map(bruToEnvJsonV2(readFileSync(file, 'utf8')).variables.map(({ name, value }) => [name, value]));

/** What a path such as `res.body.orders[0].id` leads to. */
function valueAt(path: string, { status, headers, body }: Answer): unknown {
  const res = { status, headers: Object.fromEntries(headers), body };
  return path.split(/[.[\]]+/).reduce<unknown>((value, key) => Object(value)[key], { res });
}

function holds(seen: string, assertion: string): boolean {
  const [, operator, expected = ''] = /^(\w+) (.+)$/.exec(assertion) ?? [];
  if (operator === 'eq') return seen === expected;
  if (operator === 'in') return expected.split(', ').includes(seen);
  throw new Error(`The assertion "${assertion}" is not known here.`);
}
