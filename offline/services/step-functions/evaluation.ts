import { isRecord } from '../../cloudformation/template.ts';
import { messageOf } from '../../errors.ts';
import { StateFailure } from './failure.ts';
import { isPath, type Scope, select } from './paths.ts';

/** A rule of a Choice state: a comparison, or `And`, `Or` or `Not` of others. */
export interface ChoiceRule {
  readonly And?: readonly ChoiceRule[];
  readonly Or?: readonly ChoiceRule[];
  readonly Not?: ChoiceRule;
  readonly Next?: string;
  readonly Comment?: string;
  readonly Variable?: string;
  readonly [operator: string]: unknown;
}

/** What the evaluator's other functions answer differs from AWS. */
const INTRINSIC = /^States\.(?:Array(?:Contains|Length|Partition|Range|Unique)?|Format|MathAdd|UUID)$/;

/** On JSON texts, whose backslashes count: as a whole expression on a path. */
const JSON_INTRINSIC = /^States\.(StringToJson|JsonToString)\(\s*(\$[^()]*?)\s*\)$/;

/** A text in quotes, or a path. */
const ARGUMENT = /'(?:\\.|[^'\\])*'|\$(?:\['[^']*'\]|\["[^"]*"\]|[^\s,()])*/g;

/** Stands for a backslash of the data, since the evaluator takes every backslash from a result. */
const BACKSLASH = '\ue05c';

/** Only the first state machine needs the library, and loading it takes long. */
export const loadLibrary = () => import('aws-local-stepfunctions');

/**
 * Fills a payload template: the value of a field whose name ends with `.$` is a path or an intrinsic function.
 *
 * @throws StateFailure States.Runtime or States.IntrinsicFailure
 */
export async function fill(template: unknown, scope: Scope): Promise<unknown> {
  if (Array.isArray(template)) return Promise.all(template.map((entry) => fill(entry, scope)));
  if (!isRecord(template)) return template;
  const fields = Object.entries(template).map(async ([name, value]) => {
    if (!name.endsWith('.$')) return [name, await fill(value, scope)] as const;
    return [name.slice(0, -2), await evaluate(String(value), scope)] as const;
  });
  return Object.fromEntries(await Promise.all(fields));
}

/** The value of a path or an intrinsic function. */
export async function evaluate(expression: string, scope: Scope): Promise<unknown> {
  if (expression.startsWith('$')) return select(expression, scope);
  const [, jsonFunction, path = ''] = JSON_INTRINSIC.exec(expression) ?? [];
  if (jsonFunction === 'JsonToString') return JSON.stringify(select(path, scope));
  if (jsonFunction === 'StringToJson') return parseJson(select(path, scope), expression);

  const values: Record<string, unknown> = {};
  const prepared = expression.replace(ARGUMENT, (argument) => {
    if (!argument.startsWith('$')) return argument;
    const name = `value${Object.keys(values).length}`;
    values[name] = select(argument, scope);
    return `$.${name}`;
  });
  const state = { Type: 'Pass', Parameters: { 'result.$': prepared }, End: true };
  const output = await run(state, {}, exchange(values, '\\', BACKSLASH)).catch((thrown: unknown) => {
    throw new StateFailure('States.IntrinsicFailure', `${expression}: ${messageOf(thrown)}`);
  });
  return exchange(isRecord(output) ? output.result : undefined, BACKSLASH, '\\');
}

/** Whether it is an expression of the intrinsic functions that the evaluator gets right. */
export function isIntrinsic(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [, , path] = JSON_INTRINSIC.exec(value) ?? [];
  if (path !== undefined) return isPath(path);
  const called = value.replace(ARGUMENT, '').match(/[A-Za-z.]+(?=\()/g) ?? [];
  return (
    value.startsWith(`${called[0]}(`) &&
    value.endsWith(')') &&
    called.every((name) => INTRINSIC.test(name)) &&
    (value.match(ARGUMENT) ?? []).every((each) => (each.startsWith('$') ? isPath(each) : isPlain(each)))
  );
}

/** Parentheses that do not match and an escaped backslash are what the evaluator gets wrong in a text. */
function isPlain(text: string): boolean {
  let depth = 0;
  for (const [character] of text.matchAll(/[()]/g)) {
    depth += character === '(' ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0 && !text.includes('\\\\');
}

/**
 * The state that the first matching rule names.
 *
 * @throws StateFailure States.NoChoiceMatched, or States.Runtime when a rule's path selects nothing
 */
export async function choose(
  choices: readonly ChoiceRule[],
  fallback: string | undefined,
  scope: Scope,
): Promise<string> {
  const names = [...choices.map(({ Next }) => Next), fallback].filter((name) => name !== undefined);
  const targets = Object.fromEntries(names.map((name) => [name, { Type: 'Pass', Result: name, End: true }]));
  const state = {
    Type: 'Choice',
    Choices: choices.map((rule) => ({ ...comparable(rule), Next: rule.Next })),
    ...(fallback !== undefined && { Default: fallback }),
  };
  return String(
    await run(state, targets, scope).catch((thrown: unknown) => {
      const isUnmatched = thrown instanceof Error && thrown.name === 'States.NoChoiceMatched';
      throw new StateFailure(isUnmatched ? thrown.name : 'States.Runtime', messageOf(thrown));
    }),
  );
}

/**
 * The rule as the evaluator gets it right: it knows no `Is…: false`, compares across types, lets `?` match any
 * character, and reads `$.data` and `$.context`.
 */
function comparable({ Next, Comment, ...rule }: ChoiceRule): object {
  if (rule.And) return { And: rule.And.map(comparable) };
  if (rule.Or) return { Or: rule.Or.map(comparable) };
  if (rule.Not) return { Not: comparable(rule.Not) };
  const { Variable: path = '', ...comparison } = rule;
  const Variable = located(path);
  const [[operator, operand] = ['', undefined]] = Object.entries(comparison);
  if (operator.startsWith('Is')) {
    const test = { Variable, [operator]: true };
    return operand === false ? { Not: test } : test;
  }
  const isText = typeof operand === 'string';
  const compared = operator.endsWith('Path') && isText ? located(operand) : operand;
  const pattern = operator === 'StringMatches' && isText ? operand.replaceAll('?', '\\?') : compared;
  const [type] = /^[A-Z][a-z]+/.exec(operator) ?? [];
  return {
    And: [
      { Variable, [`Is${type}`]: true },
      { Variable, [operator]: pattern },
    ],
  };
}

const located = (path: string) =>
  path.startsWith('$$') ? `$.context${path.slice(2)}` : `$.data${path.slice(1)}`;

/** @throws Error the evaluator's own, by the name of the state's failure */
async function run(state: object, others: object, input: unknown): Promise<unknown> {
  const { StateMachine } = await loadLibrary();
  // No state of a state machine has an empty name.
  const definition = { StartAt: '', States: { ...others, '': state } };
  const machine = new StateMachine(definition as ConstructorParameters<typeof StateMachine>[0], {
    validationOptions: { noValidate: true },
  });
  try {
    return await machine.run(input as Parameters<typeof machine.run>[0]).result;
  } catch (error) {
    throw error instanceof Error ? (error.cause ?? error) : error;
  }
}

const exchange = (value: unknown, from: string, to: string): unknown =>
  JSON.parse(JSON.stringify(value), (_, inner) =>
    typeof inner === 'string' ? inner.replaceAll(from, to) : inner,
  );

function parseJson(value: unknown, expression: string): unknown {
  try {
    if (typeof value === 'string') return JSON.parse(value);
  } catch {
    // Answered below.
  }
  throw new StateFailure('States.IntrinsicFailure', `${expression}: the value is no JSON text.`);
}
