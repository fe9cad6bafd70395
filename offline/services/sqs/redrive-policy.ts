import { z } from 'zod';
import { number } from '../../declaration.ts';

const schema = z.strictObject({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: number.pipe(z.int().min(1).max(1_000)),
});

/** Which queue takes over what was received too often. */
export function redrivePolicyOf({ attributes }: { attributes: Readonly<Record<string, string>> }) {
  return attributes.RedrivePolicy ? schema.parse(JSON.parse(attributes.RedrivePolicy)) : undefined;
}
