import { holds, pseudoParameters } from '../../../offline/cloudformation/intrinsics.ts';
import { isRecord } from '../../../offline/cloudformation/template.ts';

/** A compiled template, as `sls package` writes it. */
export interface Template {
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Condition?: string; readonly Value: unknown }>>;
}

export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly UpdatePolicy?: Readonly<Record<string, unknown>>;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/**
 * What CloudFormation creates of a template: resources and outputs whose conditions hold, with one branch of each
 * `Fn::If` and without what is `AWS::NoValue`. Conditions may compare literals and pseudo parameters only.
 */
export function created({ Conditions = {}, Resources, Outputs = {} }: Template) {
  const scope = {
    template: { Resources: {}, Outputs: {}, Conditions },
    resources: new Map(),
    pseudo: pseudoParameters('eu-west-1', 'stack'),
  };
  const isCreated = ({ Condition }: { readonly Condition?: string }) => holds(Condition, scope);

  const chosen = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(chosen).filter((entry) => entry !== undefined);
    if (!isRecord(value)) return value;
    const { Ref, 'Fn::If': branches } = value;
    if (Ref === 'AWS::NoValue') return undefined;
    if (Array.isArray(branches)) return chosen(branches[holds(String(branches[0]), scope) ? 1 : 2]);
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
