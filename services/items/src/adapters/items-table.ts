import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { TooLarge } from '../../../../shared/errors.ts';
import {
  type Catalogue,
  ItemAlreadyExists,
  ItemChanged,
  type ItemChanges,
  ItemNotFound,
  type Precondition,
} from '../domain/item.ts';
import { type Row, refusedBy, toItem } from './item-row.ts';

/** The catalogue in the DynamoDB table `tableName`, whose index `byCategory` orders each category by id. */
export function itemsTable(documents: DynamoDBDocumentClient, tableName: string): Catalogue {
  return {
    async add(item, creationKey = randomUUID()) {
      const row: Row = { ...item, attributes: item.attributes ?? {}, creationKey };
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
        if (existing?.creationKey === creationKey) return toItem(existing);
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
      const write = randomUUID();
      const expression = updateExpression(changes, write);
      const condition = conditionExpression(
        precondition,
        changes.set.some(([path]) => path[0] === 'stock'),
      );
      try {
        const { Attributes } = await documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { id },
            ...expression,
            ConditionExpression: unlessDone(condition.alternatives, expression),
            ExpressionAttributeNames: present({ ...expression.ExpressionAttributeNames, ...condition.names }),
            ExpressionAttributeValues: present({
              ...expression.ExpressionAttributeValues,
              ...condition.values,
            }),
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return toItem(Attributes as Row);
      } catch (error) {
        const existing = refusedBy(error);
        if (existing === undefined) throw translate(error);
        if (existing?.lastWrite === write) return toItem(existing);
        throw existing ? new ItemChanged(id) : new ItemNotFound(id);
      }
    },

    async remove(id, precondition) {
      const condition = conditionExpression(precondition, false);
      try {
        await documents.send(
          new DeleteCommand({
            TableName: tableName,
            Key: { id },
            ...(precondition.states && {
              ConditionExpression: ['attribute_not_exists(id)', ...condition.alternatives].join(' OR '),
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
  };
}

function translate(error: unknown): unknown {
  return error instanceof Error &&
    error.name === 'ValidationException' &&
    /item size.*exceeded/i.test(error.message)
    ? new TooLarge('The item would be larger than 400 KB.', { cause: error })
    : translateDynamodbFailure(error);
}

function updateExpression({ set, remove, edit }: ItemChanges, write: string) {
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
  if (sets.length > 0 || removes.length > 0) {
    values[':write'] = write;
    sets.push('lastWrite = :write');
  }

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

/** The condition of a write that is not to be done a second time when it is tried again. */
function unlessDone(
  alternatives: readonly string[],
  { UpdateExpression }: { UpdateExpression?: string },
): string {
  const condition = alternatives.join(' OR ');
  if (UpdateExpression === undefined) return condition;
  return `${alternatives.length > 1 ? `(${condition})` : condition} AND NOT lastWrite = :write`;
}

/** That the item is in one of the states: alternatives to be joined by OR. */
function conditionExpression({ states }: Precondition, includesStock: boolean) {
  if (!states) return { alternatives: ['attribute_exists(id)'], names: {}, values: {} };
  // No tag named a state of ours, so none can match.
  if (states.length === 0) return { alternatives: ['#version < :none'], names, values: { ':none': 0 } };
  const values: Record<string, unknown> = {};
  const alternatives = states.map(({ version, stock, createdAt }, index) => {
    values[`:version${index}`] = version;
    values[`:created${index}`] = createdAt;
    if (includesStock) values[`:stock${index}`] = stock;
    const stockToo = includesStock ? ` AND stock = :stock${index}` : '';
    return `#version = :version${index} AND createdAt = :created${index}${stockToo}`;
  });
  return { alternatives, names, values };
}

const names = { '#version': 'version' };

/** DynamoDB refuses an empty map of names or values. */
function present<Value>(map: Record<string, Value>): Record<string, Value> | undefined {
  return Object.keys(map).length > 0 ? map : undefined;
}
