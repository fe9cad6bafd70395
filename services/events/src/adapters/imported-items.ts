import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import type { ImportedItems } from '../domain/ingest-items.ts';

/**
 * The catalogue's table, as services/items writes it: `attributes` is always a map, and an edit moves `version` and
 * `updatedAt`. `importedAt` is the mark of the row that wrote last.
 */
export function importedItems(documents: DynamoDBDocumentClient, tableName: string): ImportedItems {
  return {
    async upsert({ id, sku, name, category, amount, currency, stock, description, updatedAt, mark }, now) {
      const set = [
        'sku = :sku',
        '#name = :name',
        'category = :category',
        'price = :price',
        'attributes = if_not_exists(attributes, :nothing)',
        stock === undefined ? 'stock = if_not_exists(stock, :zero)' : 'stock = :stock',
        'createdAt = if_not_exists(createdAt, :now)',
        'updatedAt = :at',
        'version = if_not_exists(version, :zero) + :one',
        'importedAt = :mark',
        ...(description === undefined ? [] : ['description = :description']),
      ];
      const remove = description === undefined ? ' REMOVE description' : '';
      try {
        await documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { id },
            UpdateExpression: `SET ${set.join(', ')}${remove}`,
            // At the same time a mark decides only between rows: an edit by the API has none of that time.
            ConditionExpression:
              'attribute_not_exists(id) OR updatedAt < :at ' +
              'OR (updatedAt = :at AND importedAt > :at AND importedAt < :mark)',
            ExpressionAttributeNames: { '#name': 'name' },
            ExpressionAttributeValues: {
              ':sku': sku,
              ':name': name,
              ':category': category,
              ':price': { amount, currency },
              ':nothing': {},
              ':zero': 0,
              ':one': 1,
              ':now': now,
              ':at': updatedAt,
              ':mark': mark,
              ...(stock !== undefined && { ':stock': stock }),
              ...(description !== undefined && { ':description': description }),
            },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw translateDynamodbFailure(error);
      }
    },
  };
}
