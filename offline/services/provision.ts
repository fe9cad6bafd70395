import {
  holds,
  type PhysicalResource,
  referencesOf,
  resolve,
  type Scope,
  UnresolvedIntrinsic,
} from '../cloudformation/intrinsics.ts';
import { isRecord } from '../cloudformation/template.ts';
import { LocalCloudError } from '../errors.ts';
import type { DeclaredResource, Provisioner } from './service.ts';
import { standIn } from './without-consequence.ts';

/** A scope that resources are added to while they are created. */
export interface GrowingScope extends Scope {
  readonly resources: Map<string, PhysicalResource>;
}

/**
 * Creates what the template declares, each resource after those that it refers to.
 *
 * Returns the resource types that no service here stands in for.
 */
export async function provision(
  scope: GrowingScope,
  provisioners: readonly Provisioner[],
): Promise<string[]> {
  const declared = scope.template.Resources;
  const unknownTypes = new Set<string>();
  const begun = new Set(scope.resources.keys());

  const create = async (logicalId: string): Promise<void> => {
    const resource = declared[logicalId];
    if (!resource || begun.has(logicalId) || !holds(resource.Condition, scope)) return;
    begun.add(logicalId);
    const nameOnly = standIn(resource.Type, logicalId);
    if (nameOnly) {
      scope.resources.set(logicalId, nameOnly);
      return;
    }
    const provisioner = provisioners.find(({ resourceTypes }) => resourceTypes.includes(resource.Type));
    if (!provisioner) {
      unknownTypes.add(resource.Type);
      return;
    }
    for (const dependency of [...referencesOf(resource.Properties), ...[resource.DependsOn ?? []].flat()]) {
      await create(dependency);
    }
    const properties = resolveProperties(logicalId, resource.Properties, scope);
    const { Type: type, Metadata: metadata = {} } = resource;
    scope.resources.set(logicalId, await provisioner.provision({ logicalId, type, properties, metadata }));
  };

  for (const logicalId of Object.keys(declared)) await create(logicalId);
  return [...unknownTypes].sort();
}

/**
 * Creates resources whose properties hold no intrinsic functions any more, in their order; others may then refer to
 * them too.
 *
 * @throws LocalCloudError when nothing here stands in for one
 */
export async function provisionResolved(
  resources: readonly DeclaredResource[],
  provisioners: readonly Provisioner[],
  scope: GrowingScope,
): Promise<void> {
  for (const resource of resources) {
    const provisioner = provisioners.find(({ resourceTypes }) => resourceTypes.includes(resource.type));
    if (!provisioner) {
      throw new LocalCloudError(`${resource.logicalId}: the local cloud does not support ${resource.type}.`);
    }
    const created = await provisioner.provision(resource);
    if (!scope.resources.has(resource.logicalId)) scope.resources.set(resource.logicalId, created);
  }
}

function resolveProperties(logicalId: string, properties: unknown, scope: Scope): Record<string, unknown> {
  try {
    const resolved = resolve(properties ?? {}, scope);
    return isRecord(resolved) ? resolved : {};
  } catch (error) {
    if (!(error instanceof UnresolvedIntrinsic)) throw error;
    throw new LocalCloudError(`Resource ${logicalId} cannot be created: ${error.message}.`, { cause: error });
  }
}
