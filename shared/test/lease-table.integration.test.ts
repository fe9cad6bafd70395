import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../../offline/testing/local-cloud.ts';
import { type Lease, leaseTable } from '../lease-table.ts';

let cloud: LocalCloud;
let documents: DynamoDBDocumentClient;
let leaseOf: (id: string) => Lease;

beforeAll(async () => {
  cloud = await startLocalCloud({
    resources: {
      Resources: {
        Leases: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            TableName: 'leases',
            BillingMode: 'PAY_PER_REQUEST',
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          },
        },
      },
    },
  });
  documents = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: cloud.endpoint }));
  leaseOf = (id) => leaseTable(documents, cloud.resources.Leases ?? '', { id });
});
afterAll(async () => {
  documents.destroy();
  await cloud.stop();
});

describe('a lease', () => {
  it('is given to one of many who ask at the same time', async () => {
    const lease = leaseOf('crowded');
    const answers = await Promise.all([...Array(20).keys()].map((n) => lease.take(`owner-${n}`, 0, 100)));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it('is free again when its time is over, and not before', async () => {
    const lease = leaseOf('late');
    expect(await lease.take('first', 0, 100)).toBe(true);
    expect(await lease.take('second', 100, 200)).toBe(false);
    expect(await lease.take('second', 101, 200)).toBe(true);
  });

  it('is free again when its owner gives it back', async () => {
    const lease = leaseOf('returned');
    await lease.take('first', 0, 100);
    await lease.release('first');
    expect(await lease.take('second', 1, 100)).toBe(true);
  });

  it('stays with the next owner when the first one gives it back too late', async () => {
    const lease = leaseOf('taken over');
    await lease.take('first', 0, 100);
    await lease.take('second', 101, 200);
    await lease.release('first');
    expect(await lease.take('third', 150, 300)).toBe(false);
  });

  it('is given to its owner again, whose answer was lost', async () => {
    const lease = leaseOf('asked twice');
    await lease.take('first', 0, 100);
    expect(await lease.take('first', 0, 100)).toBe(true);
  });

  it('is another one under another key', async () => {
    await leaseOf('one').take('first', 0, 100);
    expect(await leaseOf('other').take('second', 0, 100)).toBe(true);
  });
});
