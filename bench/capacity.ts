import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { findEmulator, startEmulator } from '../offline/services/dynamodb/emulator.ts';
import { itemsTable } from '../services/items/src/adapters/items-table.ts';
import { lamp } from '../services/items/test/lamp.ts';
import { readYaml } from '../tools/cloudformation-yaml.ts';
import { root } from './bundles.ts';
import { type Figure, fixed, spread, table } from './report.ts';
import type { Run } from './run.ts';
import { type Summary, summarize } from './statistics.ts';

const PAGE = 50;
/** Two of them, so that a category fills a page in the smallest table as well. */
const CATEGORIES = ['lighting', 'furniture'];

interface Listing {
  readonly name: string;
  readonly category?: string;
  readonly position?: string;
}

interface Row {
  readonly listing: string;
  readonly items: number;
  readonly units: readonly number[];
  readonly milliseconds: Summary;
}

/** What a page of the catalogue costs in tables of different size, by the very adapter that the API uses. */
export async function capacity({ quick, folder, signal, progress }: Run): Promise<Figure> {
  const sizes = quick ? [100, 10_000] : [100, 10_000, 100_000];
  const source = findEmulator({ platform: process.platform, arch: process.arch, env: process.env });
  const emulator =
    'program' in source
      ? await startEmulator({
          program: source.program,
          databaseFile: join(folder, 'capacity.sqlite'),
          temporaryFolder: undefined,
          onEnd: (problem) => progress(problem),
        })
      : { endpoint: source.endpoint, stop: () => {} };
  const dynamodb = new DynamoDBClient({
    endpoint: emulator.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const documents = DynamoDBDocumentClient.from(dynamodb);
  try {
    for (const size of sizes) await fill(documents, size, signal, progress);
    progress('capacity: reading pages');
    return figure(await readPages(documents, sizes, quick ? 11 : 41, signal));
  } finally {
    dynamodb.destroy();
    emulator.stop();
  }
}

const tableName = (size: number) => `bench-items-${size}`;
/** All of one length, so that each page weighs the same. */
const itemId = (number: number) => `item-${String(number).padStart(8, '0')}`;

/** As the service declares its table, but without the stream, whose records would slow down the writes. */
function declaredTable(name: string): CreateTableCommandInput {
  const { Resources } = readYaml(join(root, 'services', 'items', 'resources.yml')) as {
    Resources: { ItemsTable: { Properties: CreateTableCommandInput } };
  };
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode } =
    Resources.ItemsTable.Properties;
  return { TableName: name, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode };
}

async function fill(
  documents: DynamoDBDocumentClient,
  size: number,
  signal: AbortSignal,
  progress: Run['progress'],
): Promise<void> {
  await documents.send(new CreateTableCommand(declaredTable(tableName(size))));
  const BATCH = 25;
  for (let first = 0; first < size; first += BATCH) {
    signal.throwIfAborted();
    if (first % 10_000 === 0) progress(`capacity: filling a table, ${first} of ${size} items`);
    const requests = Array.from({ length: BATCH }, (_, offset) => {
      const number = first + offset;
      const category = CATEGORIES[number % CATEGORIES.length];
      return { PutRequest: { Item: { ...lamp, id: itemId(number), category } } };
    });
    const { UnprocessedItems = {} } = await documents.send(
      new BatchWriteCommand({ RequestItems: { [tableName(size)]: requests } }),
    );
    if (Object.keys(UnprocessedItems).length > 0) throw new Error('The emulator left items unwritten.');
  }
}

async function readPages(
  documents: DynamoDBDocumentClient,
  sizes: readonly number[],
  rounds: number,
  signal: AbortSignal,
): Promise<Row[]> {
  const consumed: number[] = [];
  documents.middlewareStack.add(
    (next) => async (call) => {
      Object.assign(call.input, { ReturnConsumedCapacity: 'TOTAL' });
      const result = await next(call);
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: { CapacityUnits?: number } };
      consumed.push(ConsumedCapacity?.CapacityUnits ?? Number.NaN);
      return result;
    },
    { step: 'initialize' },
  );

  const category = CATEGORIES[0] ?? '';
  const position = itemId(0);
  const listings: Listing[] = [
    { name: 'all, first page (Scan)' },
    { name: 'all, a further page (Scan)', position },
    { name: 'category, first page (Query)', category },
  ];
  const measured = listings.flatMap((listing) =>
    sizes.map((size) => ({ listing, size, units: new Set<number>(), milliseconds: [] as number[] })),
  );
  const WARM_UP = 5;
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const { listing, size, units, milliseconds } of measured) {
      signal.throwIfAborted();
      const { name: _, ...query } = listing;
      const before = performance.now();
      const page = await itemsTable(documents, tableName(size)).page({ limit: PAGE, ...query });
      if (round < 0) continue;
      milliseconds.push(performance.now() - before);
      units.add(consumed.at(-1) ?? Number.NaN);
      if (!query.position && page.items.length !== PAGE)
        throw new Error(`A page has ${page.items.length} items.`);
    }
  }
  return measured.map(({ listing, size, units, milliseconds }) => ({
    listing: listing.name,
    items: size,
    units: [...units],
    milliseconds: summarize(milliseconds),
  }));
}

function figure(rows: readonly Row[]): Figure {
  const listings = [...new Set(rows.map(({ listing }) => listing))];
  const units = (listing: string) => [
    ...new Set(rows.filter((row) => row.listing === listing).flatMap((row) => row.units)),
  ];
  return {
    title: `Capacity of a page of ${PAGE} items`,
    text: [
      table(
        ['listing', 'items in table', 'capacity units', 'ms', 'p10–p90'],
        rows.map((row) => [
          row.listing,
          row.items.toLocaleString('en'),
          row.units.join(', '),
          fixed(row.milliseconds.median, 2),
          spread(row.milliseconds, 2),
        ]),
      ),
      'Units are what DynamoDB reports for the commands of the items adapter; times are those of the local emulator.',
    ].join('\n'),
    budgets: listings.map((listing) => ({
      name: `capacity units: ${listing}`,
      target: 'the same at every size',
      measured: units(listing).join(', '),
      met: units(listing).length === 1 && units(listing).every(Number.isFinite),
    })),
    data: rows,
  };
}
