import { fullDiff, type ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { isRecord } from '../../offline/cloudformation/template.ts';
import { at, STATEFUL, settled, type Template } from '../template/template.ts';

export const KINDS = ['added', 'changed', 'may be replaced', 'replaced', 'let go', 'removed'] as const;

/** What becomes of one resource. */
export interface Change {
  /** Logical id. */
  readonly resource: string;
  readonly type: string;
  /** `let go`: it leaves the stack and stays in the account, as its DeletionPolicy says. */
  readonly kind: (typeof KINDS)[number];
  /** The properties and attributes that change; `code` is that of a function or layer. */
  readonly properties: readonly string[];
  /** Whether data would be lost or left behind. */
  readonly endangersData: boolean;
}

/** A template, and what is known of the code that its keys name: base64 of SHA-256 by S3 key. */
export interface Deployable {
  readonly template: Template;
  readonly codeHashes: ReadonlyMap<string, string>;
}

export interface Comparison {
  readonly changes: readonly Change[];
  /** Logical ids of what keeps its place and whose code could not be compared. */
  readonly codeUnknown: readonly string[];
}

/**
 * What endangers data when it goes, the messages that wait in a queue among it. Log groups are not: they come and go with
 * their functions, and their events end by themselves.
 */
const HOLDS_DATA = new Set([...STATEFUL, 'AWS::SQS::Queue']);

const KIND_OF: Readonly<Partial<Record<ResourceImpact, Change['kind']>>> = {
  [ResourceImpact.WILL_CREATE]: 'added',
  [ResourceImpact.WILL_REPLACE]: 'replaced',
  [ResourceImpact.MAY_REPLACE]: 'may be replaced',
  [ResourceImpact.WILL_DESTROY]: 'removed',
  [ResourceImpact.WILL_ORPHAN]: 'let go',
};

/** Where functions and layers name their code. */
const CODE = ['Code', 'Content'];

/**
 * What a deploy of `next` would change of a stack that is like `current`, in the order of their severity. A resource
 * whose condition comes to hold no longer is removed. Which properties replace a resource is told by the resource types'
 * schemas, which the library brings.
 */
export function compare(current: Deployable, next: Deployable): Comparison {
  const before = settled(current.template);
  const after = settled(next.template);
  const codeUnknown: string[] = [];
  const sameCode = (id: string) => {
    const key = keyOf(before, id);
    const nextKey = keyOf(after, id);
    if (key === undefined || nextKey === undefined) return false;
    const hash = current.codeHashes.get(key);
    const nextHash = next.codeHashes.get(nextKey);
    if (hash === undefined || nextHash === undefined) codeUnknown.push(id);
    return hash === undefined || nextHash === undefined || hash === nextHash;
  };
  const unchangedCode = new Set(Object.keys(after.Resources).filter(sameCode));
  const { resources } = fullDiff(withoutCode(before, unchangedCode), withoutCode(after, unchangedCode));
  const changes = Object.entries(resources.changes).map(([id, difference]) => changeOf(id, difference));
  return { changes: changes.sort(bySeverity), codeUnknown };
}

function changeOf(resource: string, difference: ResourceDifference): Change {
  const { oldResourceType, newResourceType, changeImpact, resourceTypeChanged } = difference;
  const replaced = oldResourceType && newResourceType && resourceTypeChanged;
  const kind = replaced ? 'replaced' : (KIND_OF[changeImpact] ?? 'changed');
  const type = oldResourceType ?? newResourceType ?? '';
  return {
    resource,
    type,
    kind,
    properties: difference.isUpdate ? propertiesOf(difference) : [],
    endangersData: HOLDS_DATA.has(type) && kind !== 'added' && kind !== 'changed',
  };
}

function propertiesOf(difference: ResourceDifference): string[] {
  const isOfCode = (name: string) =>
    CODE.includes(name) && difference.resourceType?.startsWith('AWS::Lambda::');
  return [
    ...Object.keys(difference.propertyUpdates).map((name) => (isOfCode(name) ? 'code' : name)),
    ...Object.keys(difference.otherChanges),
  ].sort();
}

const bySeverity = (a: Change, b: Change) =>
  Number(b.endangersData) - Number(a.endangersData) ||
  KINDS.indexOf(b.kind) - KINDS.indexOf(a.kind) ||
  a.resource.localeCompare(b.resource);

/** The S3 key of the code of a function or a layer, whose keys hold the time of the package. */
const keyOf = ({ Resources }: Template, id: string): string | undefined =>
  CODE.map((place) => at(Resources[id], 'Properties', place, 'S3Key')).find((key) => typeof key === 'string');

/** Logical ids and S3 keys of all code in the template. */
export const codeKeys = (template: Template): { readonly id: string; readonly key: string }[] =>
  Object.keys(template.Resources).flatMap((id) => {
    const key = keyOf(template, id);
    return key === undefined ? [] : [{ id, key }];
  });

const withoutCode = (template: Template, ids: ReadonlySet<string>): Template => ({
  ...template,
  Resources: Object.fromEntries(
    Object.entries(template.Resources).map(([id, resource]) => {
      if (!ids.has(id)) return [id, resource];
      const properties = Object.entries(resource.Properties ?? {}).map(([name, value]) =>
        CODE.includes(name) && isRecord(value) ? [name, { ...value, S3Key: 'unchanged' }] : [name, value],
      );
      return [id, { ...resource, Properties: Object.fromEntries(properties) }];
    }),
  ),
});
