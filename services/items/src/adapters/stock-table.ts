import { setTimeout as delay } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { digest } from '../../../../shared/digest.ts';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { Throttled } from '../../../../shared/errors.ts';
import { KEYS_KEPT_SECONDS, keyReused } from '../../../../shared/request-keys.ts';
import {
  type Item,
  ItemNotFound,
  MAX_STOCK,
  type RequestKey,
  type Stock,
  StockRefused,
} from '../domain/item.ts';
import { type Row, refusedBy, toItem } from './item-row.ts';

interface Tables {
  /** Tries again when there was no answer. */
  readonly documents: DynamoDBDocumentClient;
  /** Never tries again: without a key nothing tells a second movement from the first one repeated. */
  readonly documentsOnce: DynamoDBDocumentClient;
  readonly itemsTable: string;
  /** Where the keys of requests are remembered. */
  readonly keysTable: string;
  readonly now: () => Date;
}

const ATTEMPTS = 5;

/** Stock in the items table. A movement with a key is one transaction with the record of the key. */
export function stockTable({ documents, documentsOnce, itemsTable, keysTable, now }: Tables): Stock {
  const movement = (id: string, delta: number) => ({
    TableName: itemsTable,
    Key: { id },
    UpdateExpression: 'SET stock = stock + :delta',
    ConditionExpression: 'attribute_exists(id) AND stock BETWEEN :least AND :most',
    ExpressionAttributeValues: {
      ':delta': delta,
      ':least': Math.max(0, -delta),
      ':most': Math.min(MAX_STOCK, MAX_STOCK - delta),
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  });

  async function read(id: string): Promise<Item> {
    const { Item } = await documents.send(
      new GetCommand({ TableName: itemsTable, Key: { id }, ConsistentRead: true }),
    );
    if (!Item) throw new ItemNotFound(id);
    return toItem(Item as Row);
  }

  async function move(id: string, delta: number): Promise<Item> {
    try {
      const { Attributes } = await documentsOnce.send(
        new UpdateCommand({ ...movement(id, delta), ReturnValues: 'ALL_NEW' }),
      );
      return toItem(Attributes as Row);
    } catch (error) {
      const existing = refusedBy(error);
      if (existing === undefined) throw error;
      throw existing ? new StockRefused(id, delta) : new ItemNotFound(id);
    }
  }

  async function moveOnce(id: string, delta: number, { caller, key }: RequestKey): Promise<void> {
    const seconds = Math.floor(now().getTime() / 1000);
    const record = {
      id: `stock#${digest([caller, key])}`,
      content: digest([id, delta]),
      expiration: seconds + KEYS_KEPT_SECONDS,
    };
    const transaction = new TransactWriteCommand({
      TransactItems: [
        { Update: movement(id, delta) },
        {
          Put: {
            TableName: keysTable,
            Item: record,
            ConditionExpression: 'attribute_not_exists(id) OR expiration < :now',
            ExpressionAttributeValues: { ':now': seconds },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
      ],
    });
    for (let attempt = 1; ; attempt++) {
      try {
        await documents.send(transaction);
        return;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const [moved, recorded] = error.CancellationReasons ?? [];
        if (recorded?.Code === 'ConditionalCheckFailed') {
          if (recorded.Item && unmarshall(recorded.Item).content === record.content) return;
          throw keyReused(error);
        }
        if (moved?.Code === 'ConditionalCheckFailed') {
          throw moved.Item ? new StockRefused(id, delta) : new ItemNotFound(id);
        }
        // Another transaction holds the item; DynamoDB says so at once and leaves waiting to us.
        if (attempt === ATTEMPTS)
          throw new Throttled('The item is changed too often for now.', { cause: error });
        await delay(attempt * (10 + Math.random() * 40));
      }
    }
  }

  return {
    async adjust(id, delta, request) {
      try {
        if (!request) return await move(id, delta);
        await moveOnce(id, delta, request);
        return await read(id);
      } catch (error) {
        throw translateDynamodbFailure(error);
      }
    },
  };
}
