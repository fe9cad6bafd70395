import { isRecord } from '../../cloudformation/template.ts';
import { LocalCloudError, messageOf } from '../../errors.ts';
import { StateFailure } from './failure.ts';
import { INTRINSICS, VARIADIC } from './intrinsics.ts';
import { ARGUMENT_PATH, isPath, type Scope, select } from './paths.ts';

/** @throws StateFailure States.Runtime or States.IntrinsicFailure */
export type Evaluation = (scope: Scope) => unknown;

const MAX_CALLS = 10;
const TOKEN = new RegExp(
  String.raw`^\s*(?:(?<path>${ARGUMENT_PATH})|'(?<text>(?:\\['{}\\]|[^'\\])*)'` +
    String.raw`|(?<value>-?\d+(?:\.\d+)?|true|false|null)|States\.(?<name>\w+)\()`,
  'u',
);

/**
 * Reads a payload template: the value of a field whose name ends with `.$` is a path or an intrinsic function.
 *
 * @throws LocalCloudError that has what is not supported
 */
export function templateOf(template: unknown): Evaluation {
  if (Array.isArray(template)) {
    const entries = template.map(templateOf);
    return (scope) => entries.map((entry) => entry(scope));
  }
  if (!isRecord(template)) return () => template;
  const fields = new Map<string, Evaluation>();
  for (const [key, value] of Object.entries(template)) {
    const name = key.replace(/\.\$$/, '');
    if (fields.has(name)) throw new LocalCloudError(`${name} stands twice in a template`);
    fields.set(name, name === key ? templateOf(value) : expressionOf(value));
  }
  return (scope) => Object.fromEntries([...fields].map(([name, value]) => [name, value(scope)]));
}

function expressionOf(source: unknown): Evaluation {
  let rest = String(source);
  let calls = 0;
  const take = (pattern: RegExp) => {
    const match = pattern.exec(rest);
    rest = rest.slice(match?.[0].length ?? 0);
    return match;
  };
  const refuse = (): never => {
    throw new LocalCloudError(`the local cloud does not support ${JSON.stringify(source)}`);
  };
  const next = (isTemplate: boolean): Evaluation => {
    const { path, text, value, name } = take(TOKEN)?.groups ?? {};
    if (text !== undefined) return () => (isTemplate ? text : text.replace(/\\(.)/gs, '$1'));
    if (value !== undefined) return () => JSON.parse(value);
    const evaluation: Evaluation = path === undefined ? callOf(name ?? '') : (scope) => select(path, scope);
    // Only in the text of a definition, and not in one of the data, does a backslash escape what follows.
    return isTemplate ? (scope) => String(evaluation(scope)).replaceAll('\\', '\\\\') : evaluation;
  };
  const callOf = (name: string): Evaluation => {
    calls += 1;
    const run = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
    if (!run || calls > MAX_CALLS) return refuse();
    const given: Evaluation[] = [];
    while (!take(/^\s*\)/)) {
      if (given.length > 0 && !take(/^\s*,/)) refuse();
      given.push(next(name === 'Format' && given.length === 0));
    }
    if (given.length < run.length || (given.length > run.length && !VARIADIC.has(name))) refuse();
    return (scope) => {
      const values = given.map((each) => each(scope));
      try {
        return run(...values);
      } catch (error) {
        throw new StateFailure('States.IntrinsicFailure', `States.${name}: ${messageOf(error)}`);
      }
    };
  };
  if (isPath(source)) return (scope) => select(source, scope);
  if (!rest.startsWith('States.')) refuse();
  const expression = next(false);
  return rest === '' ? expression : refuse();
}
