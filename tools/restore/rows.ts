import { setImmediate as breath } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';

type Row = Record<string, AttributeValue>;

/** Rows of the restored table, by how the live table has them. */
export interface Compared {
  readonly same: number;
  /** With other attributes than then. */
  readonly changed: number;
  /** Not there any more. */
  readonly gone: number;
  /** Keys of the first that have changed. */
  readonly changedKeys: readonly Row[];
}

export interface Restoration {
  readonly from: string;
  readonly to: string;
  /** Puts back what is gone. */
  readonly write: boolean;
  /** Told after each page of rows. */
  readonly onProgress: (read: number) => void;
}

/** Requests at once, and rows of a page: what is held in memory. */
const AT_ONCE = 25;
const KEYS_SHOWN = 20;

/**
 * Compares each row of the restored table with the live one, and puts back those that are gone. A row that is there is
 * never written, also when it comes in between, so that a second run goes on where the first one ended.
 *
 * @throws Error when the tables do not have the same key
 */
export async function restoreRows(client: DynamoDBClient, restoration: Restoration): Promise<Compared> {
  const { from, to, write, onProgress } = restoration;
  const key = await keyOf(client, to);
  const other = await keyOf(client, from);
  if (!isDeepStrictEqual(key, other)) {
    throw new Error(
      `${from} has the key (${other}), and ${to} has (${key}): it was not restored from there.`,
    );
  }
  const counts = { same: 0, changed: 0, gone: 0 };
  const changedKeys: Row[] = [];
  const compare = async (row: Row) => {
    const state = await stateOf(client, to, key, row);
    counts[state] += 1;
    if (state === 'changed' && changedKeys.length < KEYS_SHOWN) changedKeys.push(keyIn(row, key));
    if (state === 'gone' && write) await putBack(client, to, key, row);
  };
  let next: Row | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: from, Limit: AT_ONCE, ExclusiveStartKey: next, ConsistentRead: true }),
    );
    await Promise.all((page.Items ?? []).map(compare));
    onProgress(counts.same + counts.changed + counts.gone);
    next = page.LastEvaluatedKey;
    // Leaves room for ctrl-C.
    await breath();
  } while (next);
  return { ...counts, changedKeys };
}

async function keyOf(client: DynamoDBClient, table: string): Promise<string[]> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  return (Table?.KeySchema ?? []).flatMap(({ AttributeName }) => AttributeName ?? []);
}

const keyIn = (row: Row, key: readonly string[]): Row =>
  Object.fromEntries(key.flatMap((name) => (row[name] ? [[name, row[name]]] : [])));

async function stateOf(client: DynamoDBClient, table: string, key: readonly string[], row: Row) {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: table, Key: keyIn(row, key), ConsistentRead: true }),
  );
  if (!Item) return 'gone';
  return isDeepStrictEqual(Item, row) ? 'same' : 'changed';
}

async function putBack(client: DynamoDBClient, table: string, key: readonly string[], row: Row) {
  const put = new PutItemCommand({
    TableName: table,
    Item: row,
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': key[0] ?? '' },
  });
  await client.send(put).catch((error: unknown) => {
    // It has come in between, or a lost answer belonged to a write that was done.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  });
}
