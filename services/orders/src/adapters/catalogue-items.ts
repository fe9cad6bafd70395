import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { Throttled } from '../../../../shared/errors.ts';
import type { CataloguedItem, ValidateOrderDependencies } from '../domain/validate-order.ts';

/** Names, categories and prices of items in the table `itemsTable`, which services/items owns. */
export function catalogueItems(
  documents: DynamoDBDocumentClient,
  itemsTable: string,
): ValidateOrderDependencies['items'] {
  return {
    async find(ids) {
      const found: CataloguedItem[] = [];
      let Keys: Record<string, unknown>[] = ids.map((id) => ({ id }));
      try {
        while (Keys.length > 0) {
          const { Responses, UnprocessedKeys } = await documents.send(
            new BatchGetCommand({
              RequestItems: {
                [itemsTable]: {
                  Keys,
                  ConsistentRead: true,
                  ProjectionExpression: 'id, #name, category, price',
                  ExpressionAttributeNames: { '#name': 'name' },
                },
              },
            }),
          );
          found.push(...((Responses?.[itemsTable] ?? []) as CataloguedItem[]));
          // Large items come in several answers.
          const left = UnprocessedKeys?.[itemsTable]?.Keys ?? [];
          if (left.length === Keys.length) throw new Throttled('DynamoDB reads no items for now.');
          Keys = left;
        }
        return found;
      } catch (error) {
        throw translateDynamodbFailure(error);
      }
    },
  };
}
