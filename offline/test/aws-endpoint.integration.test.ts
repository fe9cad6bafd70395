import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { localSignature } from '../aws/client.ts';
import { type LocalCloud, startLocalCloud } from '../testing/local-cloud.ts';

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ resources: {} });
});
afterAll(() => cloud.stop());

const send = async (init: RequestInit & { service?: string }, path = '/') => {
  const { service, headers, ...rest } = init;
  const authorization = service && { authorization: localSignature('eu-west-1', service) };
  const response = await fetch(cloud.endpoint + path, {
    method: 'POST',
    headers: { ...authorization, ...(headers as Record<string, string>) },
    ...rest,
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};

describe('the endpoint', () => {
  it('serves an SDK that knows of it only by the environment', async () => {
    const client = new DynamoDBClient();
    expect(await client.send(new ListTablesCommand())).toMatchObject({ TableNames: [] });
    client.destroy();
  });

  it('names a service with a JSON protocol that it does not emulate', async () => {
    const headers = { 'x-amz-target': 'TrentService.Decrypt', 'content-type': 'application/x-amz-json-1.1' };
    expect(await send({ service: 'kms', headers, body: '{}' })).toEqual({
      status: 501,
      type: 'application/x-amz-json-1.0',
      text: '{"__type":"NotImplemented","message":"The local cloud does not emulate kms (Decrypt)."}',
    });
  });

  it('names a service with the query protocol in XML', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, type, text } = await send({
      service: 'iam',
      headers,
      body: 'Action=ListUsers&Version=1',
    });
    expect([status, type]).toEqual([501, 'text/xml']);
    expect(text).toContain(
      '<Error><Type>Sender</Type><Code>NotImplemented</Code>' +
        '<Message>The local cloud does not emulate iam (ListUsers).</Message></Error>',
    );
  });

  it('names a service with XML of its own kind', async () => {
    const { status, text } = await send({ service: 'route53', method: 'PUT', body: 'x' }, '/zone/a%26b?x=<');
    expect(status).toBe(501);
    expect(text).toContain('<Error><Code>NotImplemented</Code>');
    expect(text).toContain('does not emulate route53 (PUT /zone/a%26b?x=%3C).');
  });

  it('refuses a request that is not signed', async () => {
    expect(await send({ body: '{}' })).toMatchObject({
      status: 403,
      text: '{"__type":"MissingAuthenticationTokenException","message":"The request is not signed for a service."}',
    });
  });

  it.each([
    ['says so', () => 'x'.repeat(16 * 1024 * 1024 + 1)],
    [
      'turns out so',
      () =>
        new ReadableStream({
          start(controller) {
            for (let size = 0; size <= 16; size += 1) controller.enqueue(new Uint8Array(1024 * 1024));
            controller.close();
          },
        }),
    ],
  ])('answers 413 for a body above 16 MB that %s', async (_, body) => {
    const headers = { 'x-amz-target': 'DynamoDB_20120810.BatchWriteItem' };
    const init = { service: 'dynamodb', headers, body: body(), duplex: 'half' } as RequestInit;
    expect((await send(init)).status).toBe(413);
  });
});
