import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { httpEvent, jsonEvent } from '../../../shared/testing/http-event.ts';
import type { Order } from '../src/domain/order.ts';

export interface Answer<Body = Order> {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Body;
}

/** The whole application in a local cloud, with its functions called as the HTTP API would. */
export async function openShop() {
  const cloud: LocalCloud = await startLocalCloud({ run: true });
  const dynamodb = new DynamoDBClient();
  const documents = DynamoDBDocumentClient.from(dynamodb);
  const lambda = new LambdaClient();
  const { ItemsTable, OrdersTable } = cloud.resources;
  const keys = Array.from({ length: 1_000 }, (_, number) => `request-${number}`).values();

  async function invoke(functionKey: string, event: object): Promise<unknown> {
    const { Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: `shop-test-${functionKey}`, Payload: JSON.stringify(event) }),
    );
    return JSON.parse(Buffer.from(Payload ?? []).toString());
  }
  async function ask<Body>(functionKey: string, event: object): Promise<Answer<Body>> {
    const {
      statusCode,
      headers = {},
      body,
    } = (await invoke(functionKey, event)) as APIGatewayProxyStructuredResultV2;
    // As any caller does when too much happens at once.
    if (statusCode === 429 || statusCode === 503) return ask(functionKey, event);
    return { status: statusCode, headers, body: body ? JSON.parse(body) : undefined };
  }
  const claims = (sub: string) => ({ sub, scope: 'shop/orders' });

  return {
    cloud,
    documents,
    invoke,
    async stock(id: string, stock: number, price = 1_200): Promise<void> {
      const at = '2026-11-01T12:00:00.000Z';
      const item = { id, sku: id, name: `The ${id}`, category: 'test', attributes: {}, version: 1 };
      const money = { amount: price, currency: 'EUR' };
      const Item = { ...item, price: money, stock, createdAt: at, updatedAt: at };
      await documents.send(new PutCommand({ TableName: ItemsTable, Item }));
    },
    async stockOf(id: string): Promise<number> {
      const { Item } = await documents.send(
        new GetCommand({ TableName: ItemsTable, Key: { id }, ConsistentRead: true }),
      );
      return Item?.stock;
    },
    /** What is kept of an order under a name: its charge, its reservation, … */
    async record(orderId: string, record: string): Promise<Record<string, unknown> | undefined> {
      const { Item } = await documents.send(
        new GetCommand({ TableName: OrdersTable, Key: { orderId, record }, ConsistentRead: true }),
      );
      return Item;
    },
    /** What the sandbox has captured for an order. */
    async captures(orderId: string): Promise<Record<string, unknown>[]> {
      const { Items = [] } = await documents.send(
        new QueryCommand({
          TableName: OrdersTable,
          KeyConditionExpression: 'orderId = :order AND begins_with(#record, :charge)',
          ExpressionAttributeNames: { '#record': 'record' },
          ExpressionAttributeValues: { ':order': `sandbox#${orderId}`, ':charge': 'charge#' },
        }),
      );
      return Items;
    },
    place: (
      body: unknown,
      { customer = 'bob', key = keys.next().value ?? null }: { customer?: string; key?: string | null } = {},
    ) =>
      ask<Order>(
        'placeOrder',
        jsonEvent('POST /orders', body, {
          claims: claims(customer),
          headers: { ...(key !== null && { 'idempotency-key': key }) },
        }),
      ),
    get: (id: string, customer = 'bob') =>
      ask<Order>(
        'getOrder',
        httpEvent({ routeKey: 'GET /orders/{id}', pathParameters: { id }, claims: claims(customer) }),
      ),
    list: (query: Record<string, string> = {}, customer = 'bob') =>
      ask<{ orders: Order[]; nextCursor: string | null }>(
        'listOrders',
        httpEvent({ routeKey: 'GET /orders', queryStringParameters: query, claims: claims(customer) }),
      ),
    cancel: (id: string, customer = 'bob') =>
      ask<Order>(
        'cancelOrder',
        httpEvent({ routeKey: 'POST /orders/{id}/cancel', pathParameters: { id }, claims: claims(customer) }),
      ),
    async close(): Promise<void> {
      dynamodb.destroy();
      lambda.destroy();
      await cloud.stop();
    },
  };
}

export type Shop = Awaited<ReturnType<typeof openShop>>;
