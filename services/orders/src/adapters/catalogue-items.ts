import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import { Throttled } from '../../../../shared/errors.ts';
import type { CataloguedItem, ValidateOrderDependencies } from '../domain/validate-order.ts';

/** Names and prices of items in the table `itemsTable`, which services/items owns. */
export function catalogueItems(
  documents: DynamoDBDocumentClient,
  itemsTable: string,
): ValidateOrderDependencies['items'] {
  return {
    async find(ids) {
      try {
        const { Responses, UnprocessedKeys } = await documents.send(
          new BatchGetCommand({
            RequestItems: {
              [itemsTable]: {
                Keys: ids.map((id) => ({ id })),
                ConsistentRead: true,
                ProjectionExpression: 'id, #name, price',
                ExpressionAttributeNames: { '#name': 'name' },
              },
            },
          }),
        );
        if (UnprocessedKeys && Object.keys(UnprocessedKeys).length > 0) {
          throw new Throttled('DynamoDB has not read all items.');
        }
        return (Responses?.[itemsTable] ?? []) as CataloguedItem[];
      } catch (error) {
        throw translateDynamodbFailure(error);
      }
    },
  };
}
