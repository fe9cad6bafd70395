/** The parts of a CloudFormation template that the local cloud reads. */
export interface Template {
  readonly Resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly Outputs: Readonly<Record<string, OutputDeclaration>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
}

interface ResourceDeclaration {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: unknown;
}

interface OutputDeclaration {
  readonly Value: unknown;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Joins what `resources` of a service may be: nothing, one template, or a list of templates. */
export function mergeTemplates(resources: unknown): Template {
  const merged: Record<keyof Template, Record<string, unknown>> = {
    Resources: {},
    Outputs: {},
    Conditions: {},
  };
  for (const part of [resources].flat().filter(isRecord)) {
    for (const section of ['Resources', 'Outputs', 'Conditions'] as const) {
      Object.assign(merged[section], part[section]);
    }
  }
  return merged as unknown as Template;
}
