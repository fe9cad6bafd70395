import { z } from 'zod';
import { isRecord } from '../../cloudformation/template.ts';
import { LocalCloudError } from '../../errors.ts';
import { find, isReferencePath, type Scope, select } from './paths.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html */
export const timestamp = z.iso.datetime({ offset: true }).regex(/T\d\d:\d\d:\d\d/);

/** By what stands for the type in an operator's name. */
const TYPES = new Map<string, (value: unknown) => boolean>([
  ['Boolean', (value) => typeof value === 'boolean'],
  ['Null', (value) => value === null],
  ['Numeric', (value) => typeof value === 'number'],
  ['Present', (value) => value !== undefined],
  ['String', (value) => typeof value === 'string'],
  ['Timestamp', (value) => timestamp.safeParse(value).success],
]);
const RELATIONS = new Map<string, (order: number) => boolean>([
  ['Equals', (order) => order === 0],
  ['GreaterThan', (order) => order > 0],
  ['GreaterThanEquals', (order) => order >= 0],
  ['LessThan', (order) => order < 0],
  ['LessThanEquals', (order) => order <= 0],
]);
const COMPARISON = /^(Numeric|String|Timestamp|Boolean(?=Equals))(\w+?)(Path)?$/;

/** @throws StateFailure States.Runtime when a path selects nothing */
type Rule = (scope: Scope) => boolean;

/**
 * Reads a rule of a Choice state: a comparison, or `And`, `Or` or `Not` of others.
 *
 * @throws LocalCloudError that has the rule, if there is no such
 */
export function ruleOf(given: unknown, isInner = false): Rule {
  const { Next, Comment, Variable: path, ...test } = isRecord(given) ? given : {};
  const [[operator, operand] = ['', undefined], ...others] = Object.entries(test);
  const rule = path === undefined ? combination(operator, operand) : comparison(path, operator, operand);
  if (rule && others.length === 0 && !(isInner && Next !== undefined)) return rule;
  throw new LocalCloudError(`the local cloud does not support ${JSON.stringify(given)}`);
}

function combination(operator: string, operand: unknown): Rule | undefined {
  const given = operator === 'Not' ? [operand] : operand;
  if (!/^(?:And|Or|Not)$/.test(operator) || !Array.isArray(given) || given.length === 0) return undefined;
  const rules = given.map((each) => ruleOf(each, true));
  if (operator === 'And') return (scope) => rules.every((holds) => holds(scope));
  return (scope) => rules.some((holds) => holds(scope)) === (operator === 'Or');
}

function comparison(path: unknown, operator: string, operand: unknown): Rule | undefined {
  if (!isReferencePath(path)) return undefined;
  const isTested = operator.startsWith('Is') && TYPES.get(operator.slice(2));
  if (isTested && typeof operand === 'boolean') {
    const read = operator === 'IsPresent' ? find : select;
    return (scope) => isTested(read(path, scope)) === operand;
  }
  if (operator === 'StringMatches' && typeof operand === 'string') {
    const pattern = regexOf(operand);
    return (scope) => {
      const value = select(path, scope);
      return typeof value === 'string' && pattern.test(value);
    };
  }
  const [, type = '', relation = '', byPath] = COMPARISON.exec(operator) ?? [];
  const [isOfType, isSo] = [TYPES.get(type), RELATIONS.get(relation)];
  if (!isOfType || !isSo || !(byPath ? isReferencePath : isOfType)(operand)) return undefined;
  return (scope) => {
    const values = [select(path, scope), byPath ? select(String(operand), scope) : operand];
    return values.every(isOfType) && isSo(order(type, values.map(String)));
  };
}

function order(type: string, [left = '', right = '']: readonly string[]): number {
  if (type === 'Numeric') return Number(left) - Number(right);
  if (type === 'Timestamp') return Date.parse(left) - Date.parse(right);
  // As Java orders texts: by UTF-16 code units.
  return left === right ? 0 : left < right ? -1 : 1;
}

/** `*` stands for any text, unless a backslash stands before it. */
function regexOf(pattern: string): RegExp {
  const source = pattern.replace(/\\?[\s\S]/g, (token) =>
    token === '*' ? '.*' : token.slice(-1).replace(/\W/, '\\$&'),
  );
  return new RegExp(`^${source}$`, 's');
}
