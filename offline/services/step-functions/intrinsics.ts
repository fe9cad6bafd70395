import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isRecord } from '../../cloudformation/template.ts';

const list = kind(z.array(z.unknown()));
const text = kind(z.string());
const data = kind(z.string().max(10_000));
const base64 = kind(
  z
    .string()
    .max(10_000)
    .regex(/^[A-Za-z\d+/\s]*={0,2}\s*$/),
);
const object = kind(z.custom<Record<string, unknown>>(isRecord, 'expected an object'));
/** AWS rounds what is not whole. */
const whole = kind(z.number().transform(Math.round));
const integer = kind(z.number().min(-2_147_483_648).max(2_147_483_647).transform(Math.round));
const size = kind(z.number().transform(Math.round).pipe(z.number().positive()));
const algorithm = kind(z.enum(['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']));

/** Those that take more values than they name. */
export const VARIADIC: ReadonlySet<string> = new Set(['Array', 'Format', 'MathRandom']);

/**
 * The functions behind `States.`; they throw what is wrong with their values.
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
export const INTRINSICS: Readonly<Record<string, (...values: unknown[]) => unknown>> = {
  Array: (...values) => values,
  ArrayContains: (items, sought) => list(items).map(canonical).includes(canonical(sought)),
  ArrayGetItem: (items, index) => list(items)[whole(index)] ?? fail('there is no such item'),
  ArrayLength: (items) => list(items).length,
  ArrayPartition(items, length) {
    const [all, step] = [list(items), size(length)];
    const count = Math.ceil(all.length / step);
    return Array.from({ length: count }, (_, index) => all.slice(index * step, (index + 1) * step));
  },
  ArrayRange(from, to, by) {
    const [first, step] = [whole(from), whole(by)];
    const steps = step === 0 ? fail('the step is 0') : Math.floor((whole(to) - first) / step);
    if (steps >= 1_000) fail('there are more than 1,000 items');
    return Array.from({ length: steps + 1 }, (_, index) => first + index * step);
  },
  ArrayUnique: (items) => [...new Map(list(items).map((item) => [canonical(item), item])).values()],
  Base64Decode: (encoded) => Buffer.from(base64(encoded), 'base64').toString(),
  Base64Encode: (decoded) => Buffer.from(data(decoded)).toString('base64'),
  Format(template, ...values) {
    let used = 0;
    const formatted = text(template).replace(/\\(.)|\{\}/gs, (_, escaped?: string) => {
      if (escaped !== undefined) return escaped;
      used += 1;
      return written(values[used - 1]);
    });
    return used === values.length ? formatted : fail(`{} stands ${used} times for ${values.length} values`);
  },
  Hash: (given, name) => createHash(algorithm(name).replace('-', '')).update(data(given)).digest('hex'),
  JsonMerge: (first, second, isDeep) =>
    isDeep === false ? { ...object(first), ...object(second) } : fail('only false is supported'),
  JsonToString: (value) => JSON.stringify(value),
  MathAdd: (first, second) => integer(first) + integer(second),
  MathRandom(start, end, seed = Math.random(), ...more) {
    const [first, range] = [whole(start), whole(end) - whole(start)];
    if (range <= 0 || more.length > 0) fail('expected a start, an end after it, and perhaps a seed');
    const digest = createHash('sha256').update(JSON.stringify(seed)).digest();
    return first + Math.floor((digest.readUIntBE(0, 6) / 2 ** 48) * range);
  },
  StringSplit: (joined, delimiters) =>
    [...text(delimiters)]
      .reduce((parts, delimiter) => parts.flatMap((part) => part.split(delimiter)), [text(joined)])
      .filter((part) => part !== ''),
  StringToJson: (json) => (text(json).trim() === '' ? null : JSON.parse(text(json))),
  UUID: () => randomUUID(),
};

function kind<Value>(schema: z.ZodType<Value>): (value: unknown) => Value {
  return (value) => {
    const result = schema.safeParse(value);
    return result.success ? result.data : fail(result.error.issues[0]?.message ?? '');
  };
}

function fail(problem: string): never {
  throw new Error(problem);
}

/** The same text for what is equal in JSON. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    isRecord(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

/** As Java writes it, which is what AWS does. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (!isRecord(value)) return String(value);
  const fields = Object.entries(value).map(([name, inner]) => `${name}=${written(inner)}`);
  return `{${fields.join(', ')}}`;
}
