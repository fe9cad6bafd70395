import { setTimeout as delay } from 'node:timers/promises';
import { type CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { Throttled } from '../../../../shared/errors.ts';
import { OrderMoved } from '../domain/order-errors.ts';

/** The tables that orders live in, and how to wait when another transaction holds a row. */
export interface Database {
  readonly documents: DynamoDBDocumentClient;
  readonly ordersTable: string;
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

const ATTEMPTS = 5;
/** Why a transaction may be refused now and made later. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Makes all writes or none. Answers undefined when they are made; otherwise, in the order of the writes, whose
 * conditions did not hold.
 * @throws Throttled, DependencyFailed
 */
export async function transact(
  { documents, pause = delay }: Database,
  writes: readonly Write[],
): Promise<readonly (CancellationReason | undefined)[] | undefined> {
  const command = new TransactWriteCommand({ TransactItems: [...writes] });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await documents.send(command);
      return undefined;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw translateDynamodbFailure(error);
      const reasons = error.CancellationReasons ?? [];
      if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) {
        return writes.map((_, index) =>
          reasons[index]?.Code === 'ConditionalCheckFailed' ? reasons[index] : undefined,
        );
      }
      if (!reasons.some(({ Code = '' }) => PASSING.has(Code))) throw error;
      // Another transaction holds a row; DynamoDB says so at once and leaves waiting to us.
      if (attempt === ATTEMPTS) throw new Throttled('The rows change too often for now.', { cause: error });
      await pause(attempt * (10 + Math.random() * 40));
    }
  }
}

/** Makes all writes. @throws OrderMoved when the condition of one does not hold, Throttled, DependencyFailed */
export async function makeAll(database: Database, orderId: string, writes: readonly Write[]): Promise<void> {
  if (await transact(database, writes)) throw new OrderMoved(orderId);
}

/** What is kept of an order under the name `record`, as the last write left it; or, for half the units, as one before. */
export async function findRecord<Row>(
  { documents, ordersTable }: Database,
  orderId: string,
  record: string,
  isConsistent = true,
): Promise<Row | undefined> {
  try {
    const { Item } = await documents.send(
      new GetCommand({ TableName: ordersTable, Key: { orderId, record }, ConsistentRead: isConsistent }),
    );
    return Item as Row | undefined;
  } catch (error) {
    throw translateDynamodbFailure(error);
  }
}
