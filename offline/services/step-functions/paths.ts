import { isRecord } from '../../cloudformation/template.ts';
import { StateFailure } from './failure.ts';

/** What the paths of a state read: `$` is the data, `$$` the context object. */
export interface Scope {
  readonly data: unknown;
  readonly context: Readonly<Record<string, unknown>>;
}

const NAME = String.raw`[\p{L}\p{N}_][\p{L}\p{N}_-]*`;
const stepWith = (name: string) =>
  String.raw`\.(${name})|\.?\['([^'*\\]+)'\]|\.?\["([^"*\\]+)"\]|\[(\d+)\]|\[(\*)\]`;
const pathWith = (name: string) => String.raw`\$\$?(?:${stepWith(name)})*`;
const STEPS = new RegExp(stepWith(NAME), 'gu');
const PATH = new RegExp(`^${pathWith(NAME)}$`, 'u');
const RESULT_PATH = new RegExp(String.raw`^\$(?:\.${NAME})*$`, 'u');
/** In an intrinsic function a name with other characters stands in brackets. */
export const ARGUMENT_PATH = pathWith(String.raw`[\p{L}\p{N}_]+`);

/** Whether it is a path of names, indexes and `[*]`: filters, slices and `..` are left to AWS. */
export const isPath = (value: unknown): value is string => typeof value === 'string' && PATH.test(value);

/** Whether it is a path that selects one value at most. */
export const isReferencePath = (value: unknown): value is string => isPath(value) && !value.includes('[*]');

export const isResultPath = (value: unknown): value is string =>
  typeof value === 'string' && RESULT_PATH.test(value);

/** What the path selects: with `[*]` a list; undefined where there is nothing. */
export function find(path: string, { data, context }: Scope): unknown {
  let values: unknown[] = [path.startsWith('$$') ? context : data];
  let isList = false;
  for (const [, dotted, quoted, doubleQuoted, index, wildcard] of path.matchAll(STEPS)) {
    const name = dotted ?? quoted ?? doubleQuoted ?? '';
    isList ||= wildcard !== undefined;
    values = values.flatMap((value) => {
      if (wildcard) return isRecord(value) || Array.isArray(value) ? Object.values(value) : [];
      if (index) return Array.isArray(value) ? value.slice(Number(index), Number(index) + 1) : [];
      return isRecord(value) && Object.hasOwn(value, name) ? [value[name]] : [];
    });
    if (!isList && values.length === 0) return undefined;
  }
  return isList ? values : values[0];
}

/** @throws StateFailure States.Runtime when the path selects nothing */
export function select(path: string, scope: Scope): unknown {
  const found = find(path, scope);
  if (found !== undefined) return found;
  throw new StateFailure('States.Runtime', `The path ${path} could not be found in the input.`);
}

/**
 * The input with the result put where the path says; null keeps the input, none replaces it.
 *
 * @throws StateFailure States.ResultPathMatchFailure when something other than an object stands in the way
 */
export function place(path: string | null | undefined, input: unknown, result: unknown): unknown {
  if (path === null) return input;
  const [name, ...rest] = (path ?? '$').split('.').slice(1);
  if (name === undefined) return result;
  if (!isRecord(input)) {
    throw new StateFailure('States.ResultPathMatchFailure', `The ResultPath cannot be applied: ${path}.`);
  }
  const inner = Object.hasOwn(input, name) ? input[name] : {};
  return { ...input, [name]: place(['$', ...rest].join('.'), inner, result) };
}
