import { join } from 'node:path';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { findEmulator, startEmulator } from '../offline/services/dynamodb/emulator.ts';
import { lamp } from '../services/items/test/lamp.ts';
import { readYaml } from '../tools/cloudformation-yaml.ts';
import { declaredServices } from '../tools/declared-services.ts';
import { root } from './bundles.ts';
import type { Run } from './run.ts';

export interface Tables {
  readonly endpoint: string;
  /** Makes every table that services declare, empty, under its logical id with the suffix. */
  create(suffix: string): Promise<void>;
  /** Puts the item that requests read back into the state that they find. */
  putItem(suffix: string, id: string): Promise<void>;
  close(): void;
}

interface Resources {
  readonly [logicalId: string]: { readonly Type: string; readonly Properties: CreateTableCommandInput };
}

/** The tables of the services in an emulator of their own. */
export async function openTables({ folder, progress }: Run): Promise<Tables> {
  const source = findEmulator({ platform: process.platform, arch: process.arch, env: process.env });
  const emulator =
    'program' in source
      ? await startEmulator({
          program: source.program,
          databaseFile: join(folder, 'tables.sqlite'),
          temporaryFolder: undefined,
          onEnd: progress,
        })
      : { endpoint: source.endpoint, stop: () => {} };
  const dynamodb = new DynamoDBClient({
    endpoint: emulator.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const documents = DynamoDBDocumentClient.from(dynamodb);
  return {
    endpoint: emulator.endpoint,
    async create(suffix) {
      for (const [logicalId, table] of declaredTables()) {
        await dynamodb.send(new CreateTableCommand({ ...table, TableName: logicalId + suffix }));
      }
    },
    async putItem(suffix, id) {
      await documents.send(
        new PutCommand({ TableName: `ItemsTable${suffix}`, Item: { ...lamp, id, creationKey: 'bench' } }),
      );
    },
    close() {
      dynamodb.destroy();
      emulator.stop();
    },
  };
}

/** As they are declared, but without streams, whose records would slow down the writes. */
function declaredTables(): [string, CreateTableCommandInput][] {
  return declaredServices(root).flatMap(({ folder }) => {
    const { Resources = {} } = readYaml(join(folder, 'resources.yml')) as { Resources?: Resources };
    return Object.entries(Resources)
      .filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')
      .map(([logicalId, { Properties }]): [string, CreateTableCommandInput] => {
        const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode } = Properties;
        return [
          logicalId,
          { TableName: logicalId, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode },
        ];
      });
  });
}
