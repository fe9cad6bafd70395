import { referencesOf } from '../../offline/cloudformation/intrinsics.ts';
import { isRecord } from '../../offline/cloudformation/template.ts';
import { created, type Resource, type Template } from '../../shared/serverless/test/created.ts';

export type Properties = Readonly<Record<string, unknown>>;

export type { Resource, Template };

export interface NamedResource {
  readonly id: string;
  readonly resource: Resource;
  readonly properties: Properties;
}

/** Types of what holds data that cannot be made again once it is gone. */
export const STATEFUL: readonly string[] = [
  'AWS::Cognito::UserPool',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::ECR::Repository',
  'AWS::EFS::FileSystem',
  'AWS::KMS::Key',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
];

/** The resources of one of these types, in the order of the template. */
export function ofType({ Resources }: Template, ...types: readonly string[]): NamedResource[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => types.includes(Type))
    .map(([id, resource]) => ({ id, resource, properties: resource.Properties ?? {} }));
}

/** What lies at the path; undefined where it ends early. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}

/** The entries of what CloudFormation lets be one value or a list. */
export const listAt = (value: unknown, ...path: readonly string[]): unknown[] => {
  const found = at(value, ...path);
  return found === undefined ? [] : [found].flat();
};

/** The logical id of the first resource that the value refers to. */
export const idOf = (value: unknown): string | undefined =>
  referencesOf(value).find((id) => !id.startsWith('AWS::'));

/** The value as text with its references as `${Table.Arn}`. */
export function spell(value: unknown): string {
  if (!isRecord(value)) return Array.isArray(value) ? JSON.stringify(value) : String(value);
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join, 'Fn::Sub': substitute } = value;
  if (Ref !== undefined) return `\${${Ref}}`;
  if (attribute !== undefined) return `\${${[attribute].flat().join('.')}}`;
  if (Array.isArray(join) && Array.isArray(join[1])) return join[1].map(spell).join(String(join[0]));
  if (substitute !== undefined) {
    const [text, variables] = [substitute].flat();
    return String(text).replace(/\$\{(\w+)\}/g, (whole, name: string) => {
      const stands = at(variables, name);
      return stands === undefined ? whole : spell(stands);
    });
  }
  return JSON.stringify(value);
}

/** The template that CloudFormation acts on: without what has a condition that does not hold, without `Fn::If`. */
export const settled = (template: Template): Template => ({ ...template, ...created(template) });
