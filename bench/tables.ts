import { join } from 'node:path';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { findEmulator, startEmulator } from '../offline/services/dynamodb/emulator.ts';
import { readYaml } from '../tools/cloudformation-yaml.ts';
import { declaredServices } from '../tools/declared-services.ts';
import { root } from './bundles.ts';

/** What calls of DynamoDB have consumed, in capacity units. What is refused says nothing of its units. */
export interface Units {
  readonly read: number;
  readonly write: number;
  /** Writes and transactions whose condition did not hold. */
  readonly refused: number;
}

/** A DynamoDB engine with tables, and a meter in front of it. */
export interface Tables {
  readonly endpoint: string;
  readonly dynamodb: DynamoDBClient;
  readonly documents: DynamoDBDocumentClient;
  /** What the work consumed; one work at a time. */
  unitsOf(work: () => Promise<unknown>): Promise<Units>;
  stop(): void;
}

export interface Opening {
  /** Stops the engine when it is aborted, so that calls under way fail. */
  readonly signal?: AbortSignal;
  readonly onEnd: (problem: string) => void;
}

/** The engine with its data in a file. @throws when there is no program to start */
export async function openTables(databaseFile: string, { signal, onEnd }: Opening): Promise<Tables> {
  const emulator = await startEmulator({
    program: engineProgram(),
    databaseFile,
    temporaryFolder: undefined,
    onEnd,
  });
  const dynamodb = new DynamoDBClient({
    endpoint: emulator.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const stop = () => {
    signal?.removeEventListener('abort', stop);
    dynamodb.destroy();
    emulator.stop();
  };
  signal?.addEventListener('abort', stop);
  return {
    endpoint: emulator.endpoint,
    dynamodb,
    documents: DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } }),
    unitsOf: metered(dynamodb),
    stop,
  };
}

/** The engine that measurements start. @throws when somebody else's is the only one there is */
export function engineProgram(): string {
  const { platform, arch, env } = process;
  const source = findEmulator({ platform, arch, env });
  if (!('program' in source))
    throw new Error('What is measured has an engine of its own, which has to be installed: dynoxide.');
  return source.program;
}

type Table = Pick<
  CreateTableCommandInput,
  'KeySchema' | 'AttributeDefinitions' | 'GlobalSecondaryIndexes' | 'BillingMode'
>;

/** The tables that the services declare, by logical id; without their streams, whose records would slow down writes. */
export function declaredTables(): ReadonlyMap<string, Table> {
  const resources = declaredServices(root).flatMap(({ folder }) => {
    const { Resources } = readYaml(join(folder, 'resources.yml')) as {
      Resources: Readonly<Record<string, { Type: string; Properties: Table }>>;
    };
    return Object.entries(Resources);
  });
  return new Map(
    resources
      .filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')
      .map(([id, { Properties }]) => {
        const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode } = Properties;
        return [id, { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode }];
      }),
  );
}

/** Makes every declared table that is not among the existing, named by its logical id with the suffix. */
export async function createDeclaredTables(
  { dynamodb }: Tables,
  { existing = [], suffix = '' }: { existing?: readonly string[]; suffix?: string } = {},
): Promise<void> {
  for (const [id, table] of declaredTables()) {
    if (existing.includes(id)) continue;
    await dynamodb.send(new CreateTableCommand({ TableName: id + suffix, ...table }));
  }
}

const READS = /^(Get|BatchGet|Query|Scan)/;

interface Consumed {
  readonly CapacityUnits?: number;
}

/** Asks for what each call of the client consumes, and adds it up while a work runs. */
function metered(dynamodb: DynamoDBClient): Tables['unitsOf'] {
  let units: Units = { read: 0, write: 0, refused: 0 };
  dynamodb.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (call) => {
        Object.assign(call.input, { ReturnConsumedCapacity: 'TOTAL' });
        const kind = READS.test(commandName) ? 'read' : 'write';
        try {
          const { output } = await next(call);
          const { ConsumedCapacity } = output as { ConsumedCapacity?: Consumed | readonly Consumed[] };
          const consumed = [ConsumedCapacity ?? []].flat();
          const sum = consumed.reduce((total, { CapacityUnits = Number.NaN }) => total + CapacityUnits, 0);
          units = { ...units, [kind]: units[kind] + sum };
          return { output, response: undefined };
        } catch (error) {
          if (kind === 'write') units = { ...units, refused: units.refused + 1 };
          throw error;
        }
      },
    { step: 'initialize' },
  );
  return async (work) => {
    units = { read: 0, write: 0, refused: 0 };
    await work();
    return units;
  };
}
