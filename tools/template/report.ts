import type { Found } from './found.ts';

/** CloudFormation takes 500 resources in a stack; the rest is for what a service added by tomorrow needs. */
const BUDGET = { resources: 440, limit: 500 };

/** What was checked of one template. */
export interface Checked {
  readonly title: string;
  readonly resources: number;
  /** By the name of the tool, in the order that they are shown; undefined: the tool was left out. */
  readonly tools: Readonly<Record<string, ToolResult | undefined>>;
}

interface ToolResult {
  readonly open: readonly Found[];
  readonly suppressed: readonly Found[];
}

/** The table of one template, and its findings below. */
export function report(checked: Checked): string {
  const { title, resources, tools } = checked;
  const rows = Object.entries(tools).map(([name, result]) =>
    result
      ? `  ${name.padEnd(38)}${String(result.open.length).padStart(9)}${String(result.suppressed.length).padStart(13)}`
      : `  ${name.padEnd(38)}left out: it cannot be installed here`,
  );
  return [
    `${title.padEnd(40)} findings  with reason`,
    ...rows,
    `  ${resources} resources of ${BUDGET.resources} (CloudFormation takes ${BUDGET.limit})${isOverBudget(checked) ? ': too many' : ''}`,
    ...findingLines(Object.values(tools).flatMap((result) => result?.open ?? [])),
  ].join('\n');
}

export const findingLines = (findings: readonly Found[]): string[] =>
  findings.map(({ rule, resource, says }) => `  ${resource} ${says} [${rule}]`);

const isOverBudget = ({ resources }: Checked): boolean => resources > BUDGET.resources;

/** Findings over all templates, those about the budget included. */
export const findingCount = (checked: readonly Checked[]): number =>
  checked
    .flatMap((one) => [
      isOverBudget(one) ? 1 : 0,
      ...Object.values(one.tools).map((t) => t?.open.length ?? 0),
    ])
    .reduce((sum, count) => sum + count, 0);
