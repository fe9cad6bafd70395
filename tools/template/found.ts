import type { Finding } from './rules/rule.ts';

/** A finding, and the rule that made it: one of our own, of cdk-nag or of cfn-lint. */
export interface Found extends Finding {
  readonly rule: string;
}

/** Findings that are right to be there, with the reason. */
export interface Suppression {
  readonly rules: readonly string[];
  /** Logical ids. */
  readonly resources: RegExp;
  /** What the finding says; all that the rules say of these resources when it is absent. */
  readonly says?: RegExp;
  readonly reason: string;
}

export interface Judgement {
  readonly open: readonly Found[];
  readonly suppressed: readonly Found[];
}

const covers = ({ rules, resources, says }: Suppression, found: Found) =>
  rules.includes(found.rule) && resources.test(found.resource) && (says?.test(found.says) ?? true);

export function judge(found: readonly Found[], suppressions: readonly Suppression[]): Judgement {
  const isSuppressed = (finding: Found) => suppressions.some((suppression) => covers(suppression, finding));
  return {
    open: found.filter((finding) => !isSuppressed(finding)),
    suppressed: found.filter(isSuppressed),
  };
}

/** Suppressions, by rule, of what no template has: what they allowed may come back unseen. */
export const unusedSuppressions = (found: readonly Found[], suppressions: readonly Suppression[]): Found[] =>
  suppressions.flatMap((suppression) =>
    suppression.rules
      .filter((rule) => !found.some((finding) => covers({ ...suppression, rules: [rule] }, finding)))
      .map((rule) => ({
        rule: 'unused-suppression',
        resource: suppression.resources.source,
        says: `no ${rule} is found there: ${suppression.reason}`,
      })),
  );
