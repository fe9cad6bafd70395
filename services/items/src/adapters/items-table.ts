import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { TooLarge } from '../../../../shared/errors.ts';
import {
  type Catalogue,
  type Item,
  ItemAlreadyExists,
  ItemChanged,
  type ItemChanges,
  ItemNotFound,
  MAX_STOCK,
  type Precondition,
  StockRefused,
} from '../domain/item.ts';

/**
 * An item as it lies in the table: `attributes` is always a map, so that one of its keys can be set without
 * reading the item first, and `creationKey` names the request that made the item.
 */
type Row = Omit<Item, 'attributes'> & Required<Pick<Item, 'attributes'>> & { creationKey?: string };

/** The catalogue in the DynamoDB table `tableName`, whose index `byCategory` orders each category by id. */
export function itemsTable(documents: DynamoDBDocumentClient, tableName: string): Catalogue {
  const update = async (input: Omit<UpdateCommandInput, 'TableName' | 'ReturnValues'>): Promise<Item> => {
    const { Attributes } = await documents.send(
      new UpdateCommand({ ...input, TableName: tableName, ReturnValues: 'ALL_NEW' }),
    );
    return toItem(Attributes as Row);
  };

  return {
    async add(item, creationKey) {
      const row: Row = { ...item, attributes: item.attributes ?? {}, ...(creationKey && { creationKey }) };
      try {
        await documents.send(
          new PutCommand({
            TableName: tableName,
            Item: row,
            ConditionExpression: 'attribute_not_exists(id)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return toItem(row);
      } catch (error) {
        const existing = refusedBy(error);
        if (existing === undefined) throw translate(error);
        if (creationKey !== undefined && existing?.creationKey === creationKey) return toItem(existing);
        throw new ItemAlreadyExists(item.id);
      }
    },

    async find(id) {
      try {
        // An editor reads an item to change it next: it must be the state of the last write.
        const { Item } = await documents.send(
          new GetCommand({ TableName: tableName, Key: { id }, ConsistentRead: true }),
        );
        return Item && toItem(Item as Row);
      } catch (error) {
        throw translate(error);
      }
    },

    async page({ limit, category, position }) {
      // Both read exactly `limit` rows from the position on, with no filter: a page costs the same in a table of
      // any size.
      const command = category
        ? new QueryCommand({
            TableName: tableName,
            IndexName: 'byCategory',
            KeyConditionExpression: 'category = :category',
            ExpressionAttributeValues: { ':category': category },
            Limit: limit,
            ExclusiveStartKey: position ? { id: position, category } : undefined,
          })
        : new ScanCommand({
            TableName: tableName,
            Limit: limit,
            ExclusiveStartKey: position ? { id: position } : undefined,
          });
      try {
        const { Items = [], LastEvaluatedKey } = await documents.send(command as QueryCommand);
        return {
          items: Items.map((row) => toItem(row as Row)),
          ...(LastEvaluatedKey && { nextPosition: String(LastEvaluatedKey.id) }),
        };
      } catch (error) {
        throw translate(error);
      }
    },

    async change(id, changes, precondition) {
      const expression = updateExpression(changes);
      const condition = conditionExpression(precondition);
      try {
        return await update({
          Key: { id },
          ...expression,
          ConditionExpression: condition.expression,
          ExpressionAttributeNames: present({ ...expression.ExpressionAttributeNames, ...condition.names }),
          ExpressionAttributeValues: present({
            ...expression.ExpressionAttributeValues,
            ...condition.values,
          }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
      } catch (error) {
        const existing = refusedBy(error);
        if (existing === undefined) throw translate(error);
        throw existing ? new ItemChanged(id) : new ItemNotFound(id);
      }
    },

    async remove(id, precondition) {
      const condition = conditionExpression(precondition);
      try {
        await documents.send(
          new DeleteCommand({
            TableName: tableName,
            Key: { id },
            ...(precondition.versions && {
              ConditionExpression: `attribute_not_exists(id) OR ${condition.expression}`,
              ExpressionAttributeNames: present(condition.names),
              ExpressionAttributeValues: present(condition.values),
            }),
          }),
        );
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) throw new ItemChanged(id);
        throw translate(error);
      }
    },

    async adjustStock(id, delta) {
      try {
        return await update({
          Key: { id },
          UpdateExpression: 'SET stock = stock + :delta',
          ConditionExpression: 'attribute_exists(id) AND stock BETWEEN :least AND :most',
          ExpressionAttributeValues: {
            ':delta': delta,
            ':least': Math.max(0, -delta),
            ':most': Math.min(MAX_STOCK, MAX_STOCK - delta),
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
      } catch (error) {
        const existing = refusedBy(error);
        if (existing === undefined) throw translate(error);
        throw existing ? new StockRefused(id, delta) : new ItemNotFound(id);
      }
    },
  };
}

/** The fields in the order of the documentation: DynamoDB gives a map's keys in none. */
function toItem(row: Row): Item {
  const { id, sku, name, description, category, price, stock, attributes, version, createdAt, updatedAt } =
    row;
  return {
    id,
    sku,
    name,
    ...(description !== undefined && { description }),
    category,
    price: { amount: price.amount, currency: price.currency },
    stock,
    ...(Object.keys(attributes).length > 0 && { attributes }),
    version,
    createdAt,
    updatedAt,
  };
}

/** The row that made a condition fail, `null` when there is none, `undefined` when the error is another. */
function refusedBy(error: unknown): Row | null | undefined {
  if (!(error instanceof ConditionalCheckFailedException)) return undefined;
  return error.Item ? (unmarshall(error.Item) as Row) : null;
}

function translate(error: unknown): Error {
  return error instanceof Error &&
    error.name === 'ValidationException' &&
    /item size.*exceeded/i.test(error.message)
    ? new TooLarge('The item would be larger than 400 KB.', { cause: error })
    : translateDynamodbFailure(error);
}

function updateExpression({ set, remove, edit }: ItemChanges) {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const placeholder = (path: readonly string[]) =>
    path
      .map((part) => {
        const name = `#${Object.keys(names).length}`;
        names[name] = part;
        return name;
      })
      .join('.');

  const sets = set.map(([path, value], index) => {
    values[`:${index}`] = value;
    return `${placeholder(path)} = :${index}`;
  });
  if (edit) {
    values[':at'] = edit.at;
    values[':one'] = 1;
    sets.push('updatedAt = :at', 'version = version + :one');
  }
  const removes = remove.map(placeholder);

  const clauses = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
  ];
  return {
    ...(clauses.length > 0 && { UpdateExpression: clauses.join(' ') }),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

function conditionExpression({ versions }: Precondition) {
  if (!versions) return { expression: 'attribute_exists(id)', names: {}, values: {} };
  const values = Object.fromEntries(versions.map((version, index) => [`:version${index}`, version]));
  return {
    expression:
      versions.length > 0
        ? `#version IN (${Object.keys(values).join(', ')})`
        : // No tag named a state of ours, so none can match.
          '#version < :none',
    names: { '#version': 'version' },
    values: versions.length > 0 ? values : { ':none': 0 },
  };
}

/** DynamoDB refuses an empty map of names or values. */
function present<Value>(map: Record<string, Value>): Record<string, Value> | undefined {
  return Object.keys(map).length > 0 ? map : undefined;
}
