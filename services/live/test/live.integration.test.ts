import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { until } from '../../../offline/test/processes.ts';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';

jest.setTimeout(60_000);

let cloud: LocalCloud;
let dynamodb: DynamoDBClient;
let documents: DynamoDBDocumentClient;
let alice: string;
beforeAll(async () => {
  cloud = await startLocalCloud({ run: true, websocket: true });
  dynamodb = new DynamoDBClient();
  documents = DynamoDBDocumentClient.from(dynamodb);
  alice = await token('alice', 'shop/orders');
});
const token = (sub: string, scope: string) => {
  const { TOKEN_AUDIENCE = '' } = cloud.env('authorizeConnection');
  return cloud.token({ sub, scope, audience: TOKEN_AUDIENCE });
};
const clients: WebSocket[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.terminate();
});
afterAll(async () => {
  dynamodb.destroy();
  await cloud.stop();
});

interface Client {
  readonly socket: WebSocket;
  readonly messages: Record<string, unknown>[];
  send(message: object): void;
}

/** A client that is connected; the error of one that is not let in names the status. */
function connect(protocols: string[], headers: Record<string, string> = {}): Promise<Client> {
  const socket = new WebSocket(cloud.websocketUrl, protocols, { headers });
  clients.push(socket);
  const messages: Record<string, unknown>[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () =>
      resolve({ socket, messages, send: (message) => socket.send(JSON.stringify(message)) }),
    );
  });
}
const asAlice = () => connect(['shop-live', alice]);

const at = (second: number) => `2026-11-01T12:00:0${second}.000Z`;
const entry = (event: string, second: number) => ({ at: at(second), event, attempt: 1 });

async function addOrder(orderId: string, customerId: string): Promise<void> {
  const Item = {
    ...{ orderId, record: 'order', customerId, status: 'PENDING', timeline: [entry('PENDING', 0)] },
    ...{ lines: [{ itemId: 'mug', quantity: 1 }], placedAt: at(0), updatedAt: at(0) },
    ...{ correlationId: 'c1', executions: 1 },
  };
  await documents.send(new PutCommand({ TableName: cloud.resources.OrdersTable, Item }));
}

async function move(orderId: string, status: string, second: number): Promise<void> {
  await documents.send(
    new UpdateCommand({
      TableName: cloud.resources.OrdersTable,
      Key: { orderId, record: 'order' },
      UpdateExpression: 'SET #status = :status, timeline = list_append(timeline, :entry), updatedAt = :at',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':status': status, ':entry': [entry(status, second)], ':at': at(second) },
    }),
  );
}

async function subscribed(client: Client, orderId: string): Promise<void> {
  client.send({ action: 'subscribe', orderId });
  await until(() => client.messages.some((message) => message.orderId === orderId));
}

async function rows(): Promise<unknown[]> {
  const { Items = [] } = await documents.send(
    new ScanCommand({ TableName: cloud.resources.LiveTable, ConsistentRead: true }),
  );
  return Items;
}

const statuses = ({ messages }: Client) => messages.map(({ status, sequence }) => `${sequence} ${status}`);

describe('a client', () => {
  it('is let in by a token among its protocols, and agrees on the protocol of the API', async () => {
    expect((await asAlice()).socket.protocol).toBe('shop-live');
  });

  it('is let in by a token in a header, without a protocol', async () => {
    expect((await connect([], { authorization: `Bearer ${alice}` })).socket.protocol).toBe('');
  });

  it('is not let in without a token, with a bad one, or with one for something else', async () => {
    const analyst = await token('carol', 'shop/reports');
    await expect(connect(['shop-live'])).rejects.toThrow('401');
    await expect(connect(['shop-live', `${alice}x`])).rejects.toThrow('401');
    await expect(connect(['shop-live', analyst])).rejects.toThrow('403');
  });

  it('is told what is wrong with a message, and may go on', async () => {
    const client = await asAlice();
    client.send({ action: 'shout' });
    await until(() => client.messages.length === 1);
    expect(client.messages[0]).toMatchObject({ type: 'problem', problem: { status: 400 } });
  });
});

describe('an order', () => {
  it('is followed by each of its customer’s connections, through each status in turn', async () => {
    await addOrder('followed', 'alice');
    const [one, two] = [await asAlice(), await asAlice()];
    await subscribed(one, 'followed');
    await move('followed', 'VALIDATED', 1);
    await subscribed(two, 'followed');
    await move('followed', 'RESERVED', 2);
    await move('followed', 'PAID', 3);
    await until(() => one.messages.length >= 4 && two.messages.length >= 3);
    await move('followed', 'COMPLETE', 4);
    await until(() => [one, two].every(({ messages }) => messages.at(-1)?.status === 'COMPLETE'));

    expect([...new Set(statuses(one))]).toEqual([
      '1 PENDING',
      '2 VALIDATED',
      '3 RESERVED',
      '4 PAID',
      '5 COMPLETE',
    ]);
    expect([...new Set(statuses(two))].slice(-3)).toEqual(['3 RESERVED', '4 PAID', '5 COMPLETE']);
    expect(one.messages.at(-1)).toEqual({
      type: 'order.status',
      orderId: 'followed',
      status: 'COMPLETE',
      sequence: 5,
      occurredAt: at(4),
    });
  });

  it('has its customer told of a change within a second, by the median of three, once functions are warm', async () => {
    await addOrder('prompt', 'alice');
    const client = await asAlice();
    await subscribed(client, 'prompt');
    const lags: number[] = [];
    for (const [index, status] of ['VALIDATED', 'RESERVED', 'PAID', 'COMPLETE'].entries()) {
      const begun = performance.now();
      await move('prompt', status, index + 1);
      await until(() => client.messages.at(-1)?.status === status);
      lags.push(performance.now() - begun);
    }
    const [, median] = lags.slice(1).toSorted((a, b) => a - b);
    expect(median).toBeLessThan(1_000);
  });

  it('is not there for another customer, in the words of one that is not there at all', async () => {
    await addOrder('foreign', 'bob');
    const client = await asAlice();
    client.send({ action: 'subscribe', orderId: 'foreign' });
    client.send({ action: 'subscribe', orderId: 'absent' });
    await until(() => client.messages.length === 2);
    const details = client.messages.map(({ problem }) => (problem as { detail: string }).detail).toSorted();
    expect(details).toEqual(['There is no order absent.', 'There is no order foreign.']);
    await move('foreign', 'VALIDATED', 1);
    await until(() => cloud.invocations.some(({ functionKey }) => functionKey === 'pushStatuses'));
    expect(client.messages).toHaveLength(2);
  });

  it('has no subscriptions of connections that have ended', async () => {
    await addOrder('left', 'alice');
    const client = await asAlice();
    await subscribed(client, 'left');
    expect(JSON.stringify(await rows())).toContain('order#left');
    client.socket.close();
    await until(async () => !JSON.stringify(await rows()).includes('order#left'));
  });

  it('loses a subscription whose connection is gone without a word', async () => {
    await addOrder('gone', 'alice');
    const TableName = cloud.resources.LiveTable;
    const expiration = Math.floor(Date.now() / 1_000) + 3_600;
    await documents.send(
      new PutCommand({ TableName, Item: { id: 'order#gone', member: 'nobody=', expiration } }),
    );
    await documents.send(
      new PutCommand({
        TableName,
        Item: { id: 'connection#nobody=', member: 'orders', orders: new Set(['gone']), expiration },
      }),
    );
    await move('gone', 'VALIDATED', 1);
    await until(async () => !/gone|nobody/.test(JSON.stringify(await rows())));
  });
});

describe('a connection', () => {
  it('is subscribed to twenty orders at most, and again to one that has ended', async () => {
    const ids = Array.from({ length: 21 }, (_, index) => `many-${index}`);
    for (const id of ids) await addOrder(id, 'alice');
    const client = await asAlice();
    for (const id of ids.slice(0, 20)) await subscribed(client, id);
    client.send({ action: 'subscribe', orderId: 'many-20' });
    await until(() => client.messages.length === 21);
    expect(client.messages.at(-1)).toMatchObject({ problem: { status: 409 } });

    await move('many-0', 'CANCELLED', 1);
    await until(() => client.messages.some(({ status }) => status === 'CANCELLED'));
    await until(async () => !JSON.stringify(await rows()).includes('order#many-0"'));
    await until(async () => {
      client.send({ action: 'subscribe', orderId: 'many-20' });
      return client.messages.some(({ orderId }) => orderId === 'many-20');
    });
  });
});
