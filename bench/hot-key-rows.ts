import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { VirtualTime } from '../services/orders/simulation/virtual-time.ts';

/** How often transactions were tried, and how often a row was held by another. */
export interface Contention {
  transactions: number;
  conflicts: number;
}

/** From a function to DynamoDB, or back. */
const WAY_MS = 2;

/**
 * The client as functions have it that run at the same time: between the preparation of a transaction and its end the
 * rows that it updates are held, and every other transaction on one of them is cancelled. An engine that does one thing
 * after the other never shows it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
export function contended(
  documents: Pick<DynamoDBDocumentClient, 'send'>,
  time: VirtualTime,
  heldMs: number,
): { readonly documents: DynamoDBDocumentClient; readonly contention: Contention } {
  const contention: Contention = { transactions: 0, conflicts: 0 };
  const held = new Set<string>();

  async function transact(writes: Writes, perform: () => Promise<unknown>): Promise<unknown> {
    contention.transactions += 1;
    const rows = writes.map(({ Update }) => (Update ? JSON.stringify([Update.TableName, Update.Key]) : ''));
    if (rows.some((row) => held.has(row))) {
      contention.conflicts += 1;
      throw cancelled(rows.map((row) => (held.has(row) ? 'TransactionConflict' : 'None')));
    }
    const updated = rows.filter(Boolean);
    for (const row of updated) held.add(row);
    try {
      const answer = await time.during(perform);
      await time.sleep(heldMs);
      return answer;
    } finally {
      for (const row of updated) held.delete(row);
    }
  }

  async function send(command: Parameters<DynamoDBDocumentClient['send']>[0]): Promise<unknown> {
    await time.sleep(WAY_MS);
    const { TransactItems } = command.input as Partial<TransactWriteCommandInput>;
    const perform = () => documents.send(command);
    try {
      return await (TransactItems ? transact(TransactItems, perform) : time.during(perform));
    } finally {
      await time.sleep(WAY_MS);
    }
  }
  return { documents: { send } as unknown as DynamoDBDocumentClient, contention };
}

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

const cancelled = (codes: readonly string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: 'Transaction cancelled',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
