import type { Found } from './found.ts';
import { nagFindings } from './nag.ts';
import { rules } from './rules/index.ts';
import { settled, type Template } from './template.ts';

interface Findings {
  readonly 'our own rules': Found[];
  readonly 'cdk-nag': Found[];
}

/** All that our own rules and cdk-nag find in a template, as CloudFormation would act on it. */
export function findingsIn(template: Template, protectsData: boolean): Findings {
  const deployed = settled(template);
  return {
    'our own rules': rules.flatMap(({ id, check }) =>
      check({ template: deployed, protectsData }).map((finding) => ({ rule: id, ...finding })),
    ),
    'cdk-nag': nagFindings(deployed),
  };
}
