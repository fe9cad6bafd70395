import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { httpEvent, jsonEvent } from '../../../shared/testing/http-event.ts';

/** An event as it came to the bus of the shop. */
export interface PublishedEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: {
    readonly metadata: { readonly eventId: string; readonly occurredAt: string };
    readonly data: { readonly id: string } & Readonly<Record<string, unknown>>;
  };
}

/** The whole application in a local cloud, with what can be seen of its bus and its queue of failures. */
export async function openPublishingShop() {
  const cloud: LocalCloud = await startLocalCloud({ run: true });
  const lambda = new LambdaClient();
  const claims = { sub: 'bob', scope: 'shop/items.write shop/orders' };

  async function invoke<Answer>(functionKey: string, event: object): Promise<Answer> {
    const { Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: `shop-test-${functionKey}`, Payload: JSON.stringify(event) }),
    );
    return JSON.parse(Buffer.from(Payload ?? []).toString());
  }
  async function ask(functionKey: string, event: object): Promise<{ id: string }> {
    const { statusCode = 0, body } = await invoke<APIGatewayProxyStructuredResultV2>(functionKey, event);
    if (statusCode >= 300) throw new Error(`${functionKey} answers ${statusCode}: ${body}`);
    return body ? JSON.parse(body) : { id: '' };
  }
  const control = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${cloud.endpoint}/_local/${path}`, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
    });
    return (await answer.json()) as Answer;
  };
  const path = (id: string) => ({ pathParameters: { id }, claims });

  return {
    cloud,
    invoke,
    add: (item: object) => ask('createItem', jsonEvent('POST /items', item, { claims })),
    edit: (id: string, patch: object) =>
      ask(
        'patchItem',
        jsonEvent('PATCH /items/{id}', patch, {
          ...path(id),
          headers: { 'content-type': 'application/merge-patch+json' },
        }),
      ),
    adjust: (id: string, delta: number) =>
      ask('adjustStock', jsonEvent('POST /items/{id}/stock', { delta }, path(id))),
    remove: (id: string) => ask('deleteItem', httpEvent({ routeKey: 'DELETE /items/{id}', ...path(id) })),
    order: (token: string, key: string, lines: readonly object[] = [{ itemId: 'mug', quantity: 2 }]) =>
      ask(
        'placeOrder',
        jsonEvent(
          'POST /orders',
          { lines, payment: { token } },
          { claims, headers: { 'idempotency-key': key } },
        ),
      ),
    /** What came to the bus, the oldest first. */
    async published(): Promise<PublishedEvent[]> {
      const recent = await control<{ bus: string; event: PublishedEvent }[]>('events');
      return recent
        .filter(({ bus }) => bus === cloud.resources.ShopBus)
        .map(({ event }) => event)
        .reverse();
    },
    /** What could not be published, as Lambda tells of it. */
    async failures(): Promise<{ DDBStreamBatchInfo: { batchSize: number } }[]> {
      const messages = await control<{ body: string }[]>('queues/shop-change-failures-test/messages');
      return messages.map(({ body }) => JSON.parse(body));
    },
    redrive: () => control<object>('queues/shop-change-failures-test/redrive', {}),
    async close(): Promise<void> {
      lambda.destroy();
      await cloud.stop();
    },
  };
}

export type PublishingShop = Awaited<ReturnType<typeof openPublishingShop>>;
