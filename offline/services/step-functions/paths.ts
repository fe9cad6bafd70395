import { isRecord } from '../../cloudformation/template.ts';
import { StateFailure } from './failure.ts';

/** What the paths of a state read: `$` is the data, `$$` the context object. */
export interface Scope {
  readonly data: unknown;
  readonly context: Readonly<Record<string, unknown>>;
}

const STEP = String.raw`\.([\p{L}\p{N}_][\p{L}\p{N}_-]*)|\['([^'*]+)'\]|\["([^"*]+)"\]|\[(\d+)\]|\[(\*)\]`;
const PATH = new RegExp(`^\\$\\$?(?:${STEP})*$`, 'u');
const RESULT_PATH = /^\$(?:\.[\p{L}\p{N}_][\p{L}\p{N}_-]*)*$/u;

/** Whether it is a path of names, indexes and `[*]`: filters, slices and `..` are left to AWS. */
export const isPath = (value: unknown): value is string => typeof value === 'string' && PATH.test(value);

/** Whether it is a path that selects one value at most. */
export const isReferencePath = (value: unknown): value is string => isPath(value) && !value.includes('[*]');

export const isResultPath = (value: unknown): value is string =>
  typeof value === 'string' && RESULT_PATH.test(value);

/**
 * What the path selects; with `[*]`, a list.
 *
 * @throws StateFailure States.Runtime when it selects nothing
 */
export function select(path: string, { data, context }: Scope): unknown {
  const steps = [...path.matchAll(new RegExp(STEP, 'gu'))].map((match) =>
    match[5] ? '*' : match[4] === undefined ? (match[1] ?? match[2] ?? match[3] ?? '') : Number(match[4]),
  );
  const wildcard = steps.indexOf('*');
  const definite = wildcard < 0 ? steps : steps.slice(0, wildcard);
  const [start] = follow([path.startsWith('$$') ? context : data], definite);
  if (start === undefined) {
    throw new StateFailure('States.Runtime', `The path ${path} could not be found in the input.`);
  }
  return wildcard < 0 ? start : follow([start], steps.slice(wildcard));
}

function follow(from: readonly unknown[], steps: readonly (string | number)[]): unknown[] {
  return steps.reduce<unknown[]>(
    (values, step) => values.flatMap((value) => childrenAt(value, step)),
    [...from],
  );
}

/** As lists, so that an array that is selected is not taken apart. */
function childrenAt(value: unknown, step: string | number): unknown[] {
  if (Array.isArray(value)) {
    if (step === '*') return value;
    return typeof step === 'number' && step < value.length ? [value[step]] : [];
  }
  if (!isRecord(value)) return [];
  if (step === '*') return Object.values(value);
  return Object.hasOwn(value, step) ? [value[step]] : [];
}

/**
 * The input with the result put where the path says; null keeps the input, none replaces it.
 *
 * @throws StateFailure States.ResultPathMatchFailure when something other than an object stands in the way
 */
export function place(path: string | null | undefined, input: unknown, result: unknown): unknown {
  if (path === null) return input;
  if (path === undefined) return result;
  const [name, ...rest] = path.split('.').slice(1);
  if (name === undefined) return result;
  if (!isRecord(input)) {
    throw new StateFailure('States.ResultPathMatchFailure', `The ResultPath cannot be applied: ${path}.`);
  }
  const inner = Object.hasOwn(input, name) ? input[name] : {};
  return { ...input, [name]: place(['$', ...rest].join('.'), inner, result) };
}
