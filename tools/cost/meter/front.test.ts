import { buffer } from 'node:stream/consumers';
import { afterEach, expect, it } from '@jest/globals';
import { localSignature } from '../../../offline/aws/client.ts';
import { type Serving, serve } from '../../../offline/serve.ts';
import { startFront } from './front.ts';

const open: Serving[] = [];
afterEach(() => {
  for (const serving of open.splice(0)) serving.close();
});

/** A front before an AWS that gives the answer, with what AWS was asked. */
async function frontBefore(answer: object) {
  const asked: unknown[] = [];
  const aws = await serve(0, async (request, response) => {
    asked.push((await buffer(request)).toString());
    response.end(JSON.stringify(answer));
  });
  const front = await startFront(aws.url);
  open.push(aws, front);
  const ask = (service: string, operation: string, body: string, method = 'POST') =>
    fetch(`${front.url}/`, {
      method,
      headers: { authorization: localSignature('eu-west-1', service), 'x-amz-target': `Api.${operation}` },
      ...(method === 'GET' ? {} : { body }),
    });
  return { front, ask, asked };
}

it('asks DynamoDB for the capacity of a write, and counts it with that of the indexes', async () => {
  const { front, ask, asked } = await frontBefore({
    ConsumedCapacity: [
      { CapacityUnits: 5, GlobalSecondaryIndexes: { byCustomer: { CapacityUnits: 2 } } },
      { CapacityUnits: 1 },
    ],
  });
  await ask('dynamodb', 'TransactWriteItems', '{"TransactItems":[]}');
  expect(asked).toEqual(['{"TransactItems":[],"ReturnConsumedCapacity":"INDEXES"}']);
  expect(front.take().consumption).toMatchObject({
    writeUnits: 6,
    readUnits: 0,
    indexUnits: { byCustomer: 2 },
  });
});

it('counts the reads of tables and the requests of other services', async () => {
  const { front, ask } = await frontBefore({ ConsumedCapacity: { CapacityUnits: 0.5 } });
  await ask('dynamodb', 'GetItem', '{}');
  await ask('events', 'PutEvents', '{"Entries":[{},{},{}]}');
  await ask('sqs', 'SendMessageBatch', 'x'.repeat(65_537));
  await ask('s3', '', '', 'PUT');
  await ask('s3', '', '', 'GET');
  expect(front.take().consumption).toEqual({
    readUnits: 0.5,
    writeUnits: 0,
    indexUnits: {},
    sqsRequests: 2,
    snsPublishes: 0,
    events: 3,
    s3Puts: 1,
    s3Gets: 1,
  });
});

it('counts calls one after the other each, calls at the same time less, and begins again when it is read', async () => {
  const { front, ask } = await frontBefore({});
  const read = () => ask('dynamodb', 'GetItem', '{}');
  await read();
  await read();
  expect(front.take().rounds).toEqual({ dynamodb: expect.closeTo(2, 5), others: 0 });
  await Promise.all([read(), read(), read(), read()]);
  expect(front.take().rounds.dynamodb).toBeLessThan(4);
  expect(front.take().rounds.dynamodb).toBe(0);
});
