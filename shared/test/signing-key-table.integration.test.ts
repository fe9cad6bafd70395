import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../../offline/testing/local-cloud.ts';
import { signingKeyTable } from '../signing-key-table.ts';

let cloud: LocalCloud;
let documents: DynamoDBDocumentClient;
let table: string;

beforeAll(async () => {
  cloud = await startLocalCloud({
    resources: {
      Resources: {
        KeysTable: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            TableName: 'keys',
            BillingMode: 'PAY_PER_REQUEST',
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          },
        },
      },
    },
  });
  documents = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: cloud.endpoint }));
  table = cloud.resources.KeysTable ?? '';
});
afterAll(async () => {
  documents.destroy();
  await cloud.stop();
});

describe('the signing key', () => {
  it('is one for all who ask at the same time and for who asks later', async () => {
    const asked = await Promise.all(
      [...Array(20).keys()].map(() => signingKeyTable(documents, table, 'cursor')()),
    );
    const later = await signingKeyTable(documents, table, 'cursor')();
    expect(later).toHaveLength(32);
    expect(new Set(asked.map((key) => Buffer.from(key).toString('hex')))).toEqual(
      new Set([Buffer.from(later).toString('hex')]),
    );
  });

  it('is another one under another name', async () => {
    const [one, other] = [
      await signingKeyTable(documents, table, 'a')(),
      await signingKeyTable(documents, table, 'b')(),
    ];
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(false);
  });
});
