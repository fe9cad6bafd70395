import { awsClient } from '../../aws/client.ts';

/** Calls one operation of DynamoDB with the JSON of the low-level API. */
export type Call = <Output = Record<string, unknown>>(operation: string, input: object) => Promise<Output>;

export function dynamoDbClient(endpoint: string, region: string): Call {
  const client = awsClient(endpoint, region);
  return (operation, input) => client.json('dynamodb', `DynamoDB_20120810.${operation}`, input);
}
