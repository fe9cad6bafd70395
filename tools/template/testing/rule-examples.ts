import { describe, expect, it } from '@jest/globals';
import { isRecord } from '../../../offline/cloudformation/template.ts';
import type { Rule } from '../rules/rule.ts';
import type { Template } from '../template.ts';

type Resources = Template['Resources'];

/** Resources that a rule is content with, and how one change to them breaks it. */
export interface Example {
  readonly fine: Resources;
  /** Where data is protected unless it says otherwise. */
  readonly protectsData?: boolean;
  readonly broken: readonly Break[];
}

/** A path from the resources on; what to put there, undefined to take it away; the finding. */
type Break = readonly [path: string, value: unknown, finding: string];

/** Runs each rule on its example. A rule without one fails. */
export function testRules(rules: readonly Rule[], examples: Readonly<Record<string, Example>>): void {
  it('every rule has an example', () => {
    expect(Object.keys(examples).sort()).toEqual(rules.map(({ id }) => id).sort());
  });

  describe.each(rules)('$id', ({ id, check }) => {
    const { fine, broken, protectsData = true } = examples[id] ?? { fine: {}, broken: [] };
    const findings = (Resources: Resources) =>
      check({ template: { Resources }, protectsData }).map(({ resource, says }) => `${resource} ${says}`);

    it('finds nothing where all is well', () => {
      expect(findings(fine)).toEqual([]);
      expect(broken.length).toBeGreaterThan(0);
    });

    it.each(broken)('finds %s: %j', (path, value, finding) => {
      expect(findings(changed(fine, path.split('.'), value) as Resources)).toEqual([finding]);
    });
  });
}

function changed(inner: unknown, [key = '', ...path]: readonly string[], value: unknown): unknown {
  const replace = (old: unknown) => (path.length === 0 ? value : changed(old, path, value));
  if (Array.isArray(inner)) {
    return inner
      .map((entry, index) => (String(index) === key ? replace(entry) : entry))
      .filter((entry) => entry !== undefined);
  }
  if (inner !== undefined && !isRecord(inner)) return inner;
  const { [key]: old, ...others } = inner ?? {};
  const replaced = replace(old);
  return replaced === undefined ? others : { ...others, [key]: replaced };
}

export const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** A policy document of one statement. */
export const policy = (statement: object) => ({ PolicyDocument: { Statement: [statement] } });

/** A role that may do one thing. */
export const role = (Action: unknown, Resource: unknown, Condition?: object) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    Policies: [policy({ Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) })],
  },
});
