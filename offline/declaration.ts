import { z } from 'zod';
import { LocalCloudError } from './errors.ts';

/** What is of no consequence on this machine and so may be declared. */
export const irrelevant = z.unknown().optional();

/** CloudFormation takes numbers and booleans also as text. */
export const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
]);
export const boolean = z.union([
  z.boolean(),
  z.enum(['true', 'false']).transform((value) => value === 'true'),
]);

/**
 * Reads a declaration by a strict schema: what the local cloud does not support is refused by its name, before
 * anything would run otherwise than on AWS.
 *
 * @throws LocalCloudError that names the owner, `function importRows: sqs` for example, and the property
 */
export function declared<Schema extends z.ZodType>(
  owner: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).join('.');
  if (issue?.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => (path ? `${path}.${key}` : key)).join(', ');
    throw new LocalCloudError(`${owner}: the local cloud does not support ${names}.`);
  }
  throw new LocalCloudError(`${owner}: ${path ? `${path}: ` : ''}${issue?.message}.`);
}
