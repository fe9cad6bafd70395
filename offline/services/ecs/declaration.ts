import { z } from 'zod';
import { holds, type Scope } from '../../cloudformation/intrinsics.ts';
import { declared, irrelevant } from '../../declaration.ts';
import { LocalCloudError } from '../../errors.ts';
import type { DeclaredResource } from '../service.ts';

const irrelevantProperties = <Name extends string>(...names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, irrelevant])) as Record<Name, typeof irrelevant>;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** What a container runs otherwise than its image says (`Command`, `EntryPoint`) is refused like all that is not known. */
const container = z.strictObject({
  Name: z.string(),
  Environment: z.array(z.strictObject({ Name: z.string(), Value: scalar })).default([]),
  Secrets: z.array(z.strictObject({ Name: z.string(), ValueFrom: z.string() })).default([]),
  PortMappings: z.array(z.looseObject({ ContainerPort: z.coerce.number() })).default([]),
  ...irrelevantProperties('Image', 'Essential', 'Cpu', 'Memory', 'MemoryReservation', 'Ulimits', 'User'),
  ...irrelevantProperties('ReadonlyRootFilesystem', 'LinuxParameters', 'Privileged', 'Interactive'),
  ...irrelevantProperties('PseudoTerminal', 'DockerLabels', 'DependsOn', 'StartTimeout', 'StopTimeout'),
  ...irrelevantProperties('HealthCheck', 'LogConfiguration', 'FirelensConfiguration', 'MountPoints'),
  ...irrelevantProperties('VersionConsistency', 'RestartPolicy'),
});

const task = z.strictObject({
  Family: z.string().optional(),
  ContainerDefinitions: z.array(z.looseObject({})).min(1),
  ...irrelevantProperties('RequiresCompatibilities', 'NetworkMode', 'Cpu', 'Memory', 'RuntimePlatform'),
  ...irrelevantProperties('ExecutionRoleArn', 'TaskRoleArn', 'EphemeralStorage', 'Volumes', 'Tags'),
});

const service = z.strictObject({
  TaskDefinition: z.string(),
  ServiceName: z.string().optional(),
  ...irrelevantProperties('Cluster', 'LaunchType', 'PlatformVersion', 'CapacityProviderStrategy'),
  ...irrelevantProperties('DesiredCount', 'DeploymentConfiguration', 'DeploymentController'),
  ...irrelevantProperties('NetworkConfiguration', 'LoadBalancers', 'HealthCheckGracePeriodSeconds'),
  ...irrelevantProperties('EnableExecuteCommand', 'EnableECSManagedTags', 'PropagateTags', 'Tags', 'Role'),
  ...irrelevantProperties('AvailabilityZoneRebalancing', 'SchedulingStrategy', 'ServiceRegistries'),
});

const metadata = z.looseObject({ LocalCloud: z.strictObject({ entry: z.string() }).optional() });

/** How many services the template declares. Nothing needs to have been created. */
export function declaredServices(scope: Scope): number {
  return Object.values(scope.template.Resources).filter(
    ({ Type, Condition }) => Type === 'AWS::ECS::Service' && holds(Condition, scope),
  ).length;
}

/** A task with the program that its container runs; none when it says nowhere which that is. */
export interface Task {
  readonly family: string;
  readonly entry: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Names of variables, and where Secrets Manager or Parameter Store has their values. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Reads a task definition. Of its containers the one with a port runs; the others are about its logs.
 *
 * @throws LocalCloudError that names what is not supported
 */
export function taskOf(resource: DeclaredResource): Task {
  const owner = `Resource ${resource.logicalId}`;
  const { Family = resource.logicalId, ContainerDefinitions } = declared(owner, task, resource.properties);
  const { LocalCloud } = declared(`${owner}: Metadata`, metadata, resource.metadata);
  const serving = ContainerDefinitions.filter(({ PortMappings }) => PortMappings !== undefined);
  if (serving.length > 1)
    throw new LocalCloudError(`${owner}: the local cloud runs one container of a task.`);
  const runs = declared(`${owner}: container`, container, serving[0] ?? ContainerDefinitions[0]);
  return {
    family: Family,
    entry: LocalCloud?.entry,
    environment: Object.fromEntries(runs.Environment.map(({ Name, Value }) => [Name, Value])),
    secrets: Object.fromEntries(runs.Secrets.map(({ Name, ValueFrom }) => [Name, ValueFrom])),
  };
}

/** The task definition that a service runs, by its ARN or family. */
export function serviceOf({ logicalId, properties }: DeclaredResource): { task: string; name: string } {
  const { TaskDefinition, ServiceName = logicalId } = declared(`Resource ${logicalId}`, service, properties);
  return { task: TaskDefinition, name: ServiceName };
}
