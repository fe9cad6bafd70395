import { z } from 'zod';
import type { Template } from './cloudformation/template.ts';
import { declared } from './declaration.ts';
import { LocalCloudError } from './errors.ts';

const settings = z.strictObject({
  /** A plan that is in force from the start, as the control API takes it. */
  faults: z.unknown().optional(),
  /** What conditions of the template are here, whatever they are on AWS. */
  conditions: z.record(z.string(), z.boolean()).default({}),
});

/** `custom.localCloud` of serverless.yml. */
export function localCloudSettings(custom: unknown): z.output<typeof settings> {
  const { localCloud = {} } = (custom ?? {}) as { localCloud?: unknown };
  return declared('custom.localCloud', settings, localCloud);
}

/** @throws LocalCloudError that names a condition which the template does not have */
export function withConditions(template: Template, conditions: Readonly<Record<string, boolean>>): Template {
  const unknown = Object.keys(conditions).find((name) => !Object.hasOwn(template.Conditions, name));
  if (unknown !== undefined) {
    throw new LocalCloudError(`custom.localCloud: conditions: there is no condition "${unknown}".`);
  }
  return { ...template, Conditions: { ...template.Conditions, ...conditions } };
}
