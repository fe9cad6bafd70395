import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { type InvalidField, InvalidInput } from '../errors.ts';

z.config(en());

/** What an input has to be to pass as `Output`. */
export type Schema<Output> = z.core.$ZodType<Output>;

type WrongField = Omit<InvalidField, 'in'>;

/** What the schema makes of the input, or each field that is wrong. */
export function shaped<Output>(
  schema: Schema<Output>,
  input: unknown,
): { readonly output: Output } | { readonly wrong: readonly WrongField[] } {
  const result = z.safeParse(schema, input);
  return result.success ? { output: result.data } : { wrong: result.error.issues.flatMap(wrongFields) };
}

/**
 * The same for an input that no caller waits for: the error's message says all that is wrong, since it is all that a
 * state machine gets. `what` names the input in it.
 * @throws InvalidInput
 */
export function inShape<Output>(schema: Schema<Output>, input: unknown, what: string): Output {
  const result = shaped(schema, input);
  if ('output' in result) return result.output;
  const wrong = result.wrong.map(({ pointer, detail }) => `${pointer || 'it'} ${detail}`);
  throw new InvalidInput(`${what} is not valid: ${wrong.join('; ')}.`);
}

/** The same for a text of JSON. @throws InvalidInput */
export function jsonInShape<Output>(schema: Schema<Output>, text: string, what: string): Output {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (cause) {
    throw new InvalidInput(`${what} is not valid JSON.`, [], { cause });
  }
  return inShape(schema, input, what);
}

function wrongFields(issue: z.core.$ZodIssue): WrongField[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer([...issue.path, key]),
      detail: 'is not a known field',
    }));
  }
  const isAbsent = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [{ pointer: pointer(issue.path), detail: isAbsent ? 'is required' : issue.message }];
}

/** @see https://www.rfc-editor.org/rfc/rfc6901 */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
