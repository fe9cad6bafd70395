import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from '../../lock.ts';
import type { AwsApi, Provisioner } from '../service.ts';
import type { Call } from './client.ts';
import { indexStreamRecords, trimStreamRecords } from './database.ts';
import { findEmulator, type Machine, startEmulator } from './emulator.ts';
import { forwardTo } from './forward.ts';
import { type ExpiringTable, provisionTable } from './tables.ts';
import { sweepExpired } from './time-to-live.ts';

const SWEEP_INTERVAL_MS = 60_000;

export interface DynamoDb {
  readonly api: AwsApi;
  stop(): void;
}

/** Starts the emulator; its data lies in `dataFolder`, or in a temporary folder that goes when it stops. */
export async function startDynamoDb(options: {
  region: string;
  dataFolder: string | undefined;
  machine: Machine;
  onEnd: (problem: string) => void;
  /** Called when a request has been answered that may have changed a table. */
  onWrite?: () => void;
}): Promise<DynamoDb> {
  const { region, dataFolder, machine, onEnd, onWrite = () => undefined } = options;
  const source = findEmulator(machine);
  if ('endpoint' in source) return { api: apiAt(source.endpoint, region, onWrite), stop: () => undefined };

  const temporaryFolder = dataFolder ? undefined : mkdtempSync(join(tmpdir(), 'local-cloud-'));
  const folder = dataFolder ?? temporaryFolder ?? '';
  let unlock = () => {};
  try {
    if (dataFolder) unlock = lockFolder(dataFolder);
    const databaseFile = join(folder, 'dynamodb.sqlite');
    trimStreamRecords(databaseFile, Date.now() / 1_000);
    const emulator = await startEmulator({ program: source.program, databaseFile, temporaryFolder, onEnd });
    indexStreamRecords(databaseFile);
    return {
      api: apiAt(emulator.endpoint, region, onWrite),
      stop() {
        emulator.stop();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    if (temporaryFolder) rmSync(temporaryFolder, { recursive: true, force: true });
    throw error;
  }
}

/** Operations that leave every table as it is. */
const READS = /^(Get|BatchGet|TransactGet|Query|Scan|Describe|List)/;

function apiAt(endpoint: string, region: string, onWrite: () => void): AwsApi {
  const forward = forwardTo(endpoint, region);
  return {
    signingName: 'dynamodb',
    targets: ['DynamoDB_20120810', 'DynamoDBStreams_20120810'],
    handle(request, response, operation) {
      if (!READS.test(operation)) response.once('close', onWrite);
      forward(request, response, operation);
    },
  };
}

export interface DynamoDbTables extends Provisioner {
  /** Deletes expired items from now on, until the returned function is called. */
  startSweeping(): () => void;
}

/** The declared tables, by way of DynamoDB's API. */
export function dynamoDbTables(call: Call, options: { reset: boolean; stackName: string }): DynamoDbTables {
  const expiringTables: ExpiringTable[] = [];
  return {
    resourceTypes: ['AWS::DynamoDB::Table'],
    async provision(declared) {
      const { resource, expiring } = await provisionTable(call, declared, options);
      if (expiring) expiringTables.push(expiring);
      return resource;
    },
    startSweeping() {
      const timer = setInterval(async () => {
        for (const table of expiringTables) {
          // A sweep that fails, while the emulator is being stopped for example, is made up for by the next.
          await sweepExpired(call, table, Math.floor(Date.now() / 1_000)).catch(() => undefined);
        }
      }, SWEEP_INTERVAL_MS).unref();
      return () => clearInterval(timer);
    },
  };
}
