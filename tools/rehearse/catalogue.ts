import assert from 'node:assert/strict';
import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Api } from './api.ts';
import { outcome, type Rehearsal } from './rehearsal.ts';
import type { Stack } from './stack.ts';

export const LAMP = {
  id: 'rehearsal-lamp',
  sku: 'LAMP-01',
  name: 'Desk lamp',
  category: 'lighting',
  price: { amount: 1_200, currency: 'EUR' },
  stock: 200,
};
const BUS_PROBE = 'rehearsal-bus-probe';

/** The catalogue over the deployed API, and its changes on the bus. */
export async function proveCatalogue(
  { proofs, clients, signal }: Rehearsal,
  api: Api,
  stack: Stack,
  token: string,
) {
  await proofs.prove(
    'the API lets in whom Cognito has signed a token for, with the scope of the route',
    async () => {
      await api.expect(200, 'GET /items');
      await api.expect(404, 'GET /nothing');
      await api.expect(401, 'POST /items', { body: LAMP });
      // The last character of a signature has bits that mean nothing, so that it is cut.
      await api.expect(401, 'POST /items', { body: LAMP, token: token.slice(0, -8) });
      await api.expect(403, 'GET /orders', { token });
      return '200, 404, 401 without a token, 401 with a broken signature, 403 without the scope';
    },
  );

  const bus = await openBusProbe(clients, stack);
  await proofs.prove('items are made, read, changed and deleted over the API', async () => {
    const made = await api.expect(201, 'POST /items', { token, body: LAMP });
    assert.equal(made.headers.get('location'), '/items/rehearsal-lamp');
    await api.expect(409, 'POST /items', { token, body: LAMP });
    const read = await api.expect(200, 'GET /items/rehearsal-lamp');
    assert.equal(read.body.stock, 200);
    const tag = read.headers.get('etag') ?? '';
    await api.expect(304, 'GET /items/rehearsal-lamp', { headers: { 'if-none-match': tag } });
    const patch = {
      token,
      body: { name: 'Lamp' },
      headers: { 'content-type': 'application/merge-patch+json' },
    };
    await api.expect(200, 'PATCH /items/rehearsal-lamp', patch);
    await api.expect(412, 'PATCH /items/rehearsal-lamp', {
      ...patch,
      headers: { ...patch.headers, 'if-match': tag },
    });
    const { id, ...rest } = LAMP;
    await api.expect(200, `PUT /items/${id}`, { token, body: rest });
    await api.expect(409, 'POST /items/rehearsal-lamp/stock', { token, body: { delta: -201 } });
    await api.expect(201, 'POST /items', {
      token,
      body: { ...LAMP, id: 'rehearsal-mug', sku: 'MUG-01', stock: 6 },
    });
    // Below the parameter lowStockThreshold: staff are told.
    await api.expect(200, 'POST /items/rehearsal-mug/stock', { token, body: { delta: -4 } });
    await api.expect(204, 'DELETE /items/rehearsal-mug', { token });
    await api.expect(404, 'GET /items/rehearsal-mug');
    return undefined;
  });

  await proofs.prove('what is written comes to the bus as an event', async () => {
    const seen = new Set<string>();
    await outcome('ItemCreated, ItemUpdated and ItemDeleted on the bus', signal, async () => {
      for (const type of await bus.receive()) seen.add(type);
      const done = ['ItemCreated', 'ItemUpdated', 'ItemDeleted'].every((type) => seen.has(type));
      return { seen: [...seen], done };
    });
    return [...seen].sort().join(', ');
  });
  await bus.close();

  await proofs.prove('the API answers its own documents', async () => {
    const { body } = await api.expect(200, 'GET /openapi.json');
    assert.equal(body.openapi, '3.1.0');
    const { text } = await api.expect(200, 'GET /docs');
    const [asset] = /docs\/[\w.-]+\.js/.exec(text) ?? [];
    await api.expect(200, `GET /${asset}`);
    return undefined;
  });
}

/** A queue of the rehearsal's own behind the bus, that catches every event of the catalogue. */
async function openBusProbe({ sqs, eventBridge }: Rehearsal['clients'], { resources }: Stack) {
  const bus = { EventBusName: resources.ShopBus };
  const { RuleArn } = await eventBridge.send(
    new PutRuleCommand({ ...bus, Name: BUS_PROBE, EventPattern: JSON.stringify({ source: ['shop.items'] }) }),
  );
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: '*',
        Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
      },
    ],
  });
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: BUS_PROBE, Attributes: { Policy } }),
  );
  const [, , , region, account] = (RuleArn ?? '').split(':');
  const Arn = `arn:aws:sqs:${region}:${account}:${BUS_PROBE}`;
  await eventBridge.send(new PutTargetsCommand({ ...bus, Rule: BUS_PROBE, Targets: [{ Id: 'probe', Arn }] }));
  return {
    async receive(): Promise<string[]> {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      return Messages.map(({ Body = '{}' }) => String(JSON.parse(Body)['detail-type']));
    },
    async close(): Promise<void> {
      await eventBridge.send(new RemoveTargetsCommand({ ...bus, Rule: BUS_PROBE, Ids: ['probe'] }));
      await eventBridge.send(new DeleteRuleCommand({ ...bus, Name: BUS_PROBE }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}
