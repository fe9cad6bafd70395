import { z } from 'zod';
import { holds, resolve, type Scope } from '../../cloudformation/intrinsics.ts';
import { declared, irrelevant } from '../../declaration.ts';
import { LocalCloudError } from '../../errors.ts';

export const DATABASE = 'AWS::RDS::DBInstance';

const HARDWARE = [
  'AllocatedStorage',
  'MaxAllocatedStorage',
  'DBInstanceClass',
  'Iops',
  'StorageType',
] as const;
const NETWORK = ['DBSubnetGroupName', 'VPCSecurityGroups', 'PubliclyAccessible', 'MultiAZ', 'Port'] as const;
const SECURITY = ['StorageEncrypted', 'KmsKeyId', 'CACertificateIdentifier', 'DeletionProtection'] as const;
const CARE = [
  ...['EngineVersion', 'AutoMinorVersionUpgrade', 'AllowMajorVersionUpgrade', 'DBParameterGroupName'],
  ...['BackupRetentionPeriod', 'PreferredBackupWindow', 'PreferredMaintenanceWindow', 'CopyTagsToSnapshot'],
  ...['DeleteAutomatedBackups', 'EnableCloudwatchLogsExports', 'EnablePerformanceInsights', 'Tags'],
  ...['PerformanceInsightsRetentionPeriod', 'MonitoringInterval', 'MonitoringRoleArn'],
] as const;

const instance = z.strictObject({
  Engine: z.literal('postgres', 'the local cloud runs postgres only'),
  DBInstanceIdentifier: z.string().optional(),
  DBName: z.string().default('postgres'),
  MasterUsername: z.string(),
  ManageMasterUserPassword: z.literal(true, 'the local cloud supports a managed password only'),
  ...Object.fromEntries([...HARDWARE, ...NETWORK, ...SECURITY, ...CARE].map((name) => [name, irrelevant])),
});

/** @throws LocalCloudError that names what is not supported */
export function databaseInstance(logicalId: string, properties: unknown): z.output<typeof instance> {
  return declared(`Resource ${logicalId}`, instance, properties);
}

/**
 * Whose the database is and what it is called, when the template declares one. Nothing needs to have been created.
 *
 * @throws LocalCloudError when it declares several
 */
export function declaredDatabase(scope: Scope): { user: string; name: string } | undefined {
  const found = Object.entries(scope.template.Resources).filter(
    ([, { Type, Condition }]) => Type === DATABASE && holds(Condition, scope),
  );
  const [[, { Properties = {} }] = ['', {}], second] = found;
  if (found.length === 0) return undefined;
  if (second) throw new LocalCloudError(`Resource ${second[0]}: the local cloud has one database.`);
  const { MasterUsername, DBName = 'postgres' } = Properties;
  return { user: String(resolve(MasterUsername, scope)), name: String(resolve(DBName, scope)) };
}
