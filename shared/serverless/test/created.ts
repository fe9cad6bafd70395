/** A compiled template, as far as conditions and resources go. */
export interface ConditionalTemplate {
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, CompiledResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Condition?: string; readonly Value: unknown }>>;
}

export interface CompiledResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

type Keyed = Readonly<Record<string, unknown>>;

/**
 * What CloudFormation creates of a template: resources and outputs whose conditions hold, with one branch of each
 * `Fn::If` and without what is `AWS::NoValue`. Conditions may compare literals only.
 */
export function created({ Conditions = {}, Resources, Outputs = {} }: ConditionalTemplate) {
  const holds = (condition: unknown): boolean => {
    const [[operation, operands] = ['', []]] = Object.entries(condition as Keyed);
    if (operation === 'Condition') return holds(Conditions[operands as string]);
    const all = operands as readonly unknown[];
    if (operation === 'Fn::Equals') return all[0] === all[1];
    if (operation === 'Fn::Not') return !holds(all[0]);
    if (operation === 'Fn::And') return all.every(holds);
    if (operation === 'Fn::Or') return all.some(holds);
    throw new Error(`${operation} is no condition that can be told from a template`);
  };
  const isCreated = ({ Condition }: { readonly Condition?: string }) =>
    Condition === undefined || holds({ Condition });

  const chosen = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(chosen).filter((entry) => entry !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const { Ref, 'Fn::If': branches } = value as Keyed;
    if (Ref === 'AWS::NoValue') return undefined;
    if (Array.isArray(branches)) return chosen(holds({ Condition: branches[0] }) ? branches[1] : branches[2]);
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, entry]) => {
        const kept = chosen(entry);
        return kept === undefined ? [] : [[key, kept]];
      }),
    );
  };
  const only = <Part extends { readonly Condition?: string }>(parts: Readonly<Record<string, Part>>) =>
    Object.fromEntries(
      Object.entries(parts).flatMap(([id, part]) => (isCreated(part) ? [[id, chosen(part) as Part]] : [])),
    );

  return { Resources: only(Resources), Outputs: only(Outputs) };
}
