import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient());

/** The least that reads an item: no validation, no errors, no log. */
export const handler = async (event: { pathParameters: { id: string } }) => {
  const { Item } = await documents.send(
    new GetCommand({
      TableName: process.env.ITEMS_TABLE,
      Key: { id: event.pathParameters.id },
      ConsistentRead: true,
    }),
  );
  return { statusCode: 200, body: JSON.stringify(Item) };
};
