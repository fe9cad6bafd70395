import { BlockList, isIP } from 'node:net';
import { AwsError } from '../../aws/error.ts';
import { isRecord } from '../../cloudformation/template.ts';

/** Of one value of an event that is neither an object nor a list, or of `ABSENT`. */
type Test = (value: unknown) => boolean;
/** Of an object in an event; whether a field is absent is asked of the whole event. */
type Match = (node: unknown, event: unknown) => boolean;

const ABSENT = Symbol('absent');
const MAX_NUMBER = 5e9;

/**
 * The test whether an event matches the pattern. Numbers are compared by value, and one element of a list must match
 * all that the pattern says of the list's fields. See eventbridge/latest/userguide/eb-create-pattern-operators.html.
 *
 * @throws AwsError InvalidEventPatternException that names what is wrong with the pattern
 */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  if (!isRecord(pattern)) return invalid('Filter is not an object');
  const matches = compileFields(pattern, []);
  return (event) => matches(event, event);
}

function compileFields(pattern: unknown, path: readonly string[], isInsideOr = false): Match {
  const fields = Object.entries(isRecord(pattern) ? pattern : {});
  if (fields.length === 0) invalid('Empty objects are not allowed');
  const matches = fields.map(([name, value]): Match => {
    if (name === '$or') return compileOr(value, path);
    if (isInsideOr && Object.hasOwn(operators, name)) invalid(`${name} cannot be a field inside $or`);
    const here = [...path, name];
    if (Array.isArray(value)) return compileValues(value, here);
    if (!isRecord(value)) return invalid(`"${name}" must be an object or an array`);
    const below = compileFields(value, here, isInsideOr);
    return (node, event) => {
      const elements = flat(field(node, name));
      return (elements.length > 0 ? elements : [undefined]).some((element) => below(element, event));
    };
  });
  return (node, event) => matches.every((match) => match(node, event));
}

function compileOr(choices: unknown, path: readonly string[]): Match {
  if (!Array.isArray(choices) || choices.length < 2) return invalid('$or takes a list of at least 2 objects');
  const matches = choices.map((choice) => compileFields(choice, path, true));
  return (node, event) => matches.some((match) => match(node, event));
}

function compileValues(expected: readonly unknown[], path: readonly string[]): Match {
  if (expected.length === 0) invalid('Empty arrays are not allowed');
  const tests = expected.map(testOf);
  const wantsAbsence = tests.some((test) => test(ABSENT));
  return (node, event) =>
    valuesAt(node, path.slice(-1)).some((value) => tests.some((test) => test(value))) ||
    (wantsAbsence && valuesAt(event, path).length === 0);
}

/** A field is there when it has a value that is no object: neither an object nor an empty list counts. */
function valuesAt(node: unknown, [name, ...below]: readonly string[]): unknown[] {
  const elements = flat(node);
  if (name !== undefined) return elements.flatMap((element) => valuesAt(field(element, name), below));
  return elements.filter((value) => value !== undefined && !isRecord(value));
}

const flat = (value: unknown): unknown[] => [value].flat(Number.POSITIVE_INFINITY);

const field = (node: unknown, name: string): unknown =>
  isRecord(node) && Object.hasOwn(node, name) ? node[name] : undefined;

function testOf(expected: unknown): Test {
  if (Array.isArray(expected)) invalid('Match value must be String, number, true, false, or null');
  if (!isRecord(expected)) return (value) => value === expected;
  const [operator, operand] = only(expected);
  const compile = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
  return compile?.(operand) ?? invalid(`Unrecognized match type ${operator}`);
}

const operators: Readonly<Record<string, (operand: unknown) => Test>> = {
  exists(operand) {
    if (typeof operand !== 'boolean') invalid('exists match pattern must be either true or false.');
    return (value) => (value !== ABSENT) === operand;
  },
  prefix: (operand) => affix('prefix', operand, (value, prefix) => value.startsWith(prefix)),
  suffix: (operand) => affix('suffix', operand, (value, suffix) => value.endsWith(suffix)),
  'equals-ignore-case'(operand) {
    const expected = textOf('equals-ignore-case', operand).toLowerCase();
    return onText((value) => value.toLowerCase() === expected);
  },
  wildcard: (operand) => wildcard(textOf('wildcard', operand)),
  'anything-but'(operand) {
    const excluded = isRecord(operand) ? excludedMatches(operand) : [excludedValues([operand].flat())];
    return (value) => value !== ABSENT && !excluded.some((test) => test(value));
  },
  numeric,
  cidr(operand) {
    const [address = '', bits = '', ...more] = textOf('cidr', operand).split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const isMask = /^\d{1,3}$/.test(bits) && Number(bits) < (family === 'ipv4' ? 32 : 128);
    if (isIP(address) === 0 || !isMask || more.length > 0) invalid(`Malformed CIDR ${operand}`);
    const block = new BlockList();
    block.addSubnet(address, Number(bits), family);
    return onText((value) => block.check(value, family));
  },
};

function affix(name: string, operand: unknown, test: (value: string, part: string) => boolean): Test {
  const [operator, part] = isRecord(operand) ? only(operand) : ['', operand];
  const expected = textOf(name, part);
  if (operator === '') return onText((value) => test(value, expected));
  if (operator !== 'equals-ignore-case') invalid(`Unsupported ${name} pattern: ${operator}`);
  return onText((value) => test(value.toLowerCase(), expected.toLowerCase()));
}

/** Looks for the pieces between the wildcards in turn; a backslash takes the meaning from `*` and from itself. */
function wildcard(pattern: string): Test {
  const pieces = [''];
  for (const token of pattern.match(/\\?[\s\S]/g) ?? []) {
    if (/^\\[^*\\]?$/.test(token)) invalid('Invalid escape character in wildcard');
    if (token === '*') pieces.push('');
    else pieces.push(pieces.pop() + token.slice(-1));
  }
  const [first = '', ...inner] = pieces;
  const last = inner.pop();
  if (inner.includes('')) invalid('Consecutive wildcard characters');
  if (last === undefined) return (value) => value === first;
  return onText((value) => {
    let end = first.length;
    for (const piece of inner) {
      const start = value.indexOf(piece, end);
      if (start < 0) return false;
      end = start + piece.length;
    }
    return value.startsWith(first) && value.endsWith(last) && end + last.length <= value.length;
  });
}

function excludedValues(values: readonly unknown[]): Test {
  const types = [...new Set(values.map((value) => typeof value))].join();
  if (types === 'string' || types === 'number') return (value) => values.includes(value);
  return invalid('Inside anything but list, either all values are number or string');
}

function excludedMatches(operand: Record<string, unknown>): Test[] {
  const [operator, excluded] = only(operand);
  const isAffix = operator === 'prefix' || operator === 'suffix';
  if (!isAffix && operator !== 'equals-ignore-case' && operator !== 'wildcard') {
    invalid(`Unsupported anything-but pattern: ${operator}`);
  }
  const texts = [excluded].flat().map((text) => textOf(operator, text));
  if (texts.length === 0 || (isAffix && texts.includes(''))) invalid(`Null ${operator} not allowed`);
  return texts.map((text) => testOf({ [operator]: text }));
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
};

function numeric(operand: unknown): Test {
  const [name, bound, upperName, upperBound, ...more] = Array.isArray(operand) ? operand : [];
  const isRange = /^>=?,<=?$/.test(`${name},${upperName}`) && bound < upperBound && more.length === 0;
  if (upperName !== undefined && !isRange) invalid('Bad numeric range');
  const compare = comparison(name, bound);
  const compareUpper = isRange ? comparison(upperName, upperBound) : compare;
  return (value) =>
    typeof value === 'number' && Math.abs(value) <= MAX_NUMBER && compare(value) && compareUpper(value);
}

function comparison(name: unknown, bound: unknown): (value: number) => boolean {
  const compare = Object.hasOwn(comparisons, String(name)) ? comparisons[String(name)] : undefined;
  if (!compare) return invalid(`Unrecognized numeric range operator: ${name}`);
  if (typeof bound === 'number' && Math.abs(bound) <= MAX_NUMBER) return (value) => compare(value, bound);
  return invalid(`Value of ${name} must be a number between -5.0e9 and 5.0e9`);
}

const onText =
  (test: (value: string) => boolean): Test =>
  (value) =>
    typeof value === 'string' && test(value);

function textOf(operator: string, operand: unknown): string {
  return typeof operand === 'string' ? operand : invalid(`${operator} match pattern must be a string`);
}

function only(expression: Record<string, unknown>): [string, unknown] {
  const [entry, ...more] = Object.entries(expression);
  return entry && more.length === 0 ? entry : invalid('Only one key allowed in match expression');
}

function invalid(reason: string): never {
  throw new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}
