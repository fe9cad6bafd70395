import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import type { PhysicalResource } from '../../cloudformation/intrinsics.ts';
import { declared as checkDeclared, irrelevant } from '../../declaration.ts';
import { LocalCloudError } from '../../errors.ts';
import type { DeclaredResource } from '../service.ts';
import type { Call } from './client.ts';

interface Key {
  readonly AttributeName: string;
  readonly KeyType: string;
}

interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly Key[];
  readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: readonly string[] };
}

interface Attribute {
  readonly AttributeName: string;
  readonly AttributeType: string;
}

/** What the declaration of a table and its description have in common. */
interface Table {
  readonly KeySchema: readonly Key[];
  readonly AttributeDefinitions: readonly Attribute[];
  readonly GlobalSecondaryIndexes?: readonly Index[];
  readonly LocalSecondaryIndexes?: readonly Index[];
  readonly StreamSpecification?: { readonly StreamViewType?: string };
}

interface Declaration extends Table {
  readonly TableName?: string;
  readonly TimeToLiveSpecification?: { readonly AttributeName?: string; readonly Enabled: boolean };
}

interface Description extends Table {
  readonly TableArn: string;
  readonly TableStatus: string;
  readonly LatestStreamArn?: string;
  readonly GlobalSecondaryIndexes?: readonly (Index & { readonly IndexStatus?: string })[];
}

/** Whose items DynamoDB deletes once the time in `attribute` has passed. */
export interface ExpiringTable {
  readonly tableName: string;
  readonly keyNames: readonly string[];
  readonly attribute: string;
}

const names = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const index = z.strictObject({
  IndexName: z.string(),
  KeySchema: names,
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
  ContributorInsightsSpecification: irrelevant,
  OnDemandThroughput: irrelevant,
  ProvisionedThroughput: irrelevant,
  WarmThroughput: irrelevant,
});
const schema = z.strictObject({
  TableName: z.string().optional(),
  KeySchema: names,
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
  StreamSpecification: z.strictObject({ StreamViewType: z.string(), ResourcePolicy: irrelevant }).optional(),
  TimeToLiveSpecification: z
    .strictObject({ AttributeName: z.string().optional(), Enabled: z.boolean() })
    .optional(),
  // Capacity, protection and watching change nothing of what a request does.
  BillingMode: irrelevant,
  ContributorInsightsSpecification: irrelevant,
  DeletionProtectionEnabled: irrelevant,
  OnDemandThroughput: irrelevant,
  PointInTimeRecoverySpecification: irrelevant,
  ProvisionedThroughput: irrelevant,
  ResourcePolicy: irrelevant,
  SSESpecification: irrelevant,
  TableClass: irrelevant,
  Tags: irrelevant,
  WarmThroughput: irrelevant,
});

/** Creates the table, or updates an existing one as far as DynamoDB can; says whose items expire. */
export async function provisionTable(
  call: Call,
  { logicalId, properties }: DeclaredResource,
  { reset, stackName }: { reset: boolean; stackName: string },
): Promise<{ resource: PhysicalResource; expiring: ExpiringTable | undefined }> {
  checkDeclared(`table ${logicalId}`, schema, properties);
  const declared = properties as unknown as Declaration;
  const tableName = declared.TableName ?? `${stackName}-${logicalId}`;
  let existing = await describe(call, tableName);
  if (existing && reset) {
    await call('DeleteTable', { TableName: tableName });
    existing = await until(
      () => describe(call, tableName),
      (description) => description === undefined,
    );
  }
  if (existing) await update(call, logicalId, tableName, declared, existing);
  else await call('CreateTable', creation(tableName, declared));
  await setTimeToLive(call, tableName, declared);

  const table = await settled(call, tableName);
  const attribute = ttlAttribute(declared);
  return {
    resource: {
      ref: tableName,
      attributes: {
        Arn: table.TableArn,
        ...(table.LatestStreamArn && { StreamArn: table.LatestStreamArn }),
      },
    },
    expiring: attribute
      ? { tableName, keyNames: declared.KeySchema.map(({ AttributeName }) => AttributeName), attribute }
      : undefined,
  };
}

async function describe(call: Call, tableName: string): Promise<Description | undefined> {
  try {
    return (await call<{ Table: Description }>('DescribeTable', { TableName: tableName })).Table;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** The protection of data is left out: here `--reset` must be able to drop every table. */
function creation(tableName: string, declared: Declaration): object {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: declared.KeySchema,
    AttributeDefinitions: declared.AttributeDefinitions,
    GlobalSecondaryIndexes: declared.GlobalSecondaryIndexes?.map(indexCreation),
    LocalSecondaryIndexes: declared.LocalSecondaryIndexes,
    StreamSpecification: streamCreation(declared),
  };
}

const indexCreation = ({ IndexName, KeySchema, Projection }: Index) => ({ IndexName, KeySchema, Projection });

const streamView = (table: Table) => table.StreamSpecification?.StreamViewType;

const streamCreation = (table: Table) =>
  streamView(table) && { StreamEnabled: true, StreamViewType: streamView(table) };

async function update(
  call: Call,
  logicalId: string,
  tableName: string,
  declared: Declaration,
  existing: Description,
): Promise<void> {
  if (identity(declared) !== identity(existing)) {
    throw new LocalCloudError(
      `Table ${tableName} (${logicalId}) exists with other keys, which DynamoDB cannot change. ` +
        'Start once with --reset to drop the declared tables and create them anew.',
    );
  }
  const change = async (input: object) => {
    await call('UpdateTable', { TableName: tableName, ...input });
    await settled(call, tableName);
  };

  if (streamView(declared) !== streamView(existing)) {
    if (streamView(existing)) await change({ StreamSpecification: { StreamEnabled: false } });
    if (streamView(declared)) await change({ StreamSpecification: streamCreation(declared) });
  }

  // DynamoDB creates or deletes one index at a time, and a changed index is deleted and created.
  const wanted = new Map((declared.GlobalSecondaryIndexes ?? []).map((index) => [fingerprint(index), index]));
  for (const index of existing.GlobalSecondaryIndexes ?? []) {
    if (wanted.delete(fingerprint(index))) continue;
    await change({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: index.IndexName } }] });
  }
  for (const index of wanted.values()) {
    await change({
      AttributeDefinitions: declared.AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [{ Create: indexCreation(index) }],
    });
  }
}

/** What can never change: the keys with their types, and the local indexes. */
function identity(table: Table): string {
  const types = new Map(
    table.AttributeDefinitions.map((entry) => [entry.AttributeName, entry.AttributeType]),
  );
  const keys = table.KeySchema.map((key) => [key.KeyType, key.AttributeName, types.get(key.AttributeName)]);
  return JSON.stringify([keys.sort(), (table.LocalSecondaryIndexes ?? []).map(fingerprint).sort()]);
}

function fingerprint({ IndexName, KeySchema, Projection }: Index): string {
  const keys = KeySchema.map((key) => `${key.KeyType} ${key.AttributeName}`).sort();
  return JSON.stringify([
    IndexName,
    keys,
    Projection.ProjectionType,
    [...(Projection.NonKeyAttributes ?? [])].sort(),
  ]);
}

const ttlAttribute = ({ TimeToLiveSpecification: ttl }: Declaration) =>
  ttl?.Enabled ? ttl.AttributeName : undefined;

async function setTimeToLive(call: Call, tableName: string, declared: Declaration): Promise<void> {
  const wanted = ttlAttribute(declared);
  const { TimeToLiveDescription: current } = await call<{
    TimeToLiveDescription?: { TimeToLiveStatus: string; AttributeName?: string };
  }>('DescribeTimeToLive', { TableName: tableName });
  const active = current?.TimeToLiveStatus === 'ENABLED' ? current.AttributeName : undefined;
  if (active === wanted) return;
  const set = (AttributeName: string, Enabled: boolean) =>
    call('UpdateTimeToLive', {
      TableName: tableName,
      TimeToLiveSpecification: { AttributeName, Enabled },
    });
  if (active) await set(active, false);
  if (wanted) await set(wanted, true);
}

async function settled(call: Call, tableName: string): Promise<Description> {
  const description = await until(
    () => describe(call, tableName),
    (table) =>
      table?.TableStatus === 'ACTIVE' &&
      (table.GlobalSecondaryIndexes ?? []).every(({ IndexStatus = 'ACTIVE' }) => IndexStatus === 'ACTIVE'),
  );
  if (!description) throw new Error(`Table ${tableName} is gone.`);
  return description;
}

async function until<Value>(read: () => Promise<Value>, done: (value: Value) => boolean): Promise<Value> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const value = await read();
    if (done(value)) return value;
    if (Date.now() > deadline)
      throw new LocalCloudError('DynamoDB did not finish a change of a table in 10 s.');
    await delay(20);
  }
}
