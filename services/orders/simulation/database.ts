import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConditionalCheckFailedException,
  type CreateTableCommandInput,
  DynamoDBServiceException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { localSignature } from '../../../offline/aws/client.ts';
import { indexStreamRecords } from '../../../offline/services/dynamodb/database.ts';
import { findEmulator, startEmulator } from '../../../offline/services/dynamodb/emulator.ts';
import { Connection } from './connection.ts';

export type Row = Readonly<Record<string, unknown>>;
type Json = Readonly<Record<string, unknown>>;

/** A change of a row. */
export interface Change {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** DynamoDB, with plain JavaScript values. */
export interface Database {
  /** @throws as the SDK's document client */
  call(operation: string, input: object): Promise<Json>;
  /** All rows of a table. */
  rows(tableName: string): Promise<readonly Row[]>;
  /** All changes of a table, in their order for each row. */
  changes(tableName: string): Promise<readonly Change[]>;
  /** For the names of tables: a table that is made again under its old name would have its old rows. */
  nextSuffix(): number;
  stop(): void;
}

const REGION = 'eu-west-1';

/** Starts an engine with no tables; its data is gone when it stops. */
export async function startDatabase(onEnd: (problem: string) => void): Promise<Database> {
  const { platform, arch, env } = process;
  const source = findEmulator({ platform, arch, env });
  if (!('program' in source)) throw new Error('The simulation needs a DynamoDB engine of its own.');
  // Where memory serves as a disk, a write waits for none.
  const folder = mkdtempSync(join(platform === 'linux' ? '/dev/shm' : tmpdir(), 'order-simulation-'));
  const databaseFile = join(folder, 'dynamodb.sqlite');
  const emulator = await startEmulator({
    program: source.program,
    databaseFile,
    temporaryFolder: folder,
    onEnd,
  });
  indexStreamRecords(databaseFile);
  const connection = new Connection(emulator.endpoint);
  const post = (target: string, input: object) => send(connection, target, input);

  const call = async (operation: string, input: object) =>
    fromWire(await post(`DynamoDB_20120810.${operation}`, toWire(input) as object));
  const streams = (operation: string, input: object) => post(`DynamoDBStreams_20120810.${operation}`, input);

  let suffix = 0;
  return {
    call,

    nextSuffix() {
      suffix += 1;
      return suffix;
    },

    async rows(tableName) {
      const rows: Row[] = [];
      let ExclusiveStartKey: unknown;
      do {
        const page = await call('Scan', { TableName: tableName, ConsistentRead: true, ExclusiveStartKey });
        rows.push(...(page.Items as Row[]));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return rows;
    },

    async changes(tableName) {
      const { Table } = (await post('DynamoDB_20120810.DescribeTable', { TableName: tableName })) as {
        Table: { LatestStreamArn: string };
      };
      const StreamArn = Table.LatestStreamArn;
      const { StreamDescription } = (await streams('DescribeStream', { StreamArn })) as {
        StreamDescription: { Shards: { ShardId: string }[] };
      };
      const changes: Change[] = [];
      for (const { ShardId } of StreamDescription.Shards) {
        const from = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
        let { ShardIterator } = (await streams('GetShardIterator', from)) as { ShardIterator?: string };
        while (ShardIterator) {
          const page = (await streams('GetRecords', { ShardIterator })) as unknown as StreamPage;
          if (page.Records.length === 0) break;
          for (const { dynamodb } of page.Records) {
            changes.push({ before: image(dynamodb.OldImage), after: image(dynamodb.NewImage) });
          }
          ShardIterator = page.NextShardIterator;
        }
      }
      return changes;
    },

    stop() {
      connection.close();
      emulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface StreamPage {
  readonly Records: readonly {
    readonly dynamodb: { readonly NewImage?: Image; readonly OldImage?: Image };
  }[];
  readonly NextShardIterator?: string;
}
type Image = Parameters<typeof unmarshall>[0];

const image = (wire: Image | undefined) => wire && unmarshall(wire);

/** The declared table under another name, with no more than changes its behaviour. */
export function tableCreation(name: string, declared: CreateTableCommandInput): CreateTableCommandInput {
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = declared;
  return {
    TableName: name,
    KeySchema,
    AttributeDefinitions,
    BillingMode: 'PAY_PER_REQUEST',
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  };
}

async function send(connection: Connection, target: string, input: object): Promise<Json> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': target,
    'x-amz-date': '20260101T000000Z',
    authorization: localSignature(REGION, 'dynamodb'),
  };
  const { status, body } = await connection.post(headers, JSON.stringify(input));
  const output = JSON.parse(body) as Json;
  if (status === 200) return output;
  throw exception(status, output);
}

function exception(status: number, output: Json): Error {
  const name = String(output.__type).split('#').at(-1) ?? 'UnknownError';
  const message = String(output.message ?? output.Message ?? name);
  const $metadata = { httpStatusCode: status, attempts: 1, totalRetryDelay: 0 };
  if (name === 'ConditionalCheckFailedException') {
    return new ConditionalCheckFailedException({ ...output, $metadata, message });
  }
  if (name === 'TransactionCanceledException') {
    return new TransactionCanceledException({ ...output, $metadata, message });
  }
  const $fault = status < 500 ? 'client' : 'server';
  return new DynamoDBServiceException({ name, $fault, $metadata, message });
}

const OF_ROWS = new Set(['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey']);

/** What the document client makes of an input: plain values become attribute values where there are rows. */
function toWire(value: unknown, key = ''): unknown {
  if (value === undefined) return undefined;
  if (OF_ROWS.has(key)) return marshall(value, { removeUndefinedValues: true });
  if (key === 'Keys') return (value as Row[]).map((each) => marshall(each));
  if (Array.isArray(value)) return value.map((each) => toWire(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toWire(each, name)]));
}

function fromWire(output: Json): Json {
  const { Item, Attributes, LastEvaluatedKey, Items, Responses } = output as Record<string, Image>;
  const rowsOf = (rows: unknown) => (rows as Image[]).map((row) => unmarshall(row));
  return {
    ...output,
    ...(Item && { Item: unmarshall(Item) }),
    ...(Attributes && { Attributes: unmarshall(Attributes) }),
    ...(LastEvaluatedKey && { LastEvaluatedKey: unmarshall(LastEvaluatedKey) }),
    ...(Items && { Items: rowsOf(Items) }),
    ...(Responses && {
      Responses: Object.fromEntries(Object.entries(Responses).map(([name, rows]) => [name, rowsOf(rows)])),
    }),
  };
}
