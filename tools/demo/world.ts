import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { HeadObjectCommand, NotFound, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeStateMachineCommand,
  ExecutionDoesNotExist,
  type HistoryEvent,
  paginateGetExecutionHistory,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createShopClient, type Schemas } from '../../clients/typescript/index.ts';
import { askControl } from '../../offline/control/client.ts';
import type { Endpoints } from '../../offline/endpoints.ts';
import { LocalCloudError } from '../../offline/errors.ts';
import { issuedToken } from '../../offline/issued-token.ts';
import type { RecentEvent } from '../../offline/services/event-bridge/index.ts';
import { sandboxCharges } from '../../services/orders/src/adapters/sandbox-payments.ts';
import { REGION } from '../region.ts';
import { ITEMS, type ItemName, ORDERS, type OrderName } from './cases.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Records of an order by what they are: `order`, `reservation`, `charge`, `confirmation`. */
type Records = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Fault = { service: string; function: string; fault: string; milliseconds: number; count: number };

export interface Sold {
  readonly orders: number;
  readonly quantity: number;
  /** In cents. */
  readonly amount: number;
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/**
 * What the story works with: the shop as its users see it, and the tables and services behind it. `run` is part of all
 * names that are made, so that one run has nothing to do with another.
 *
 * @throws LocalCloudError when the cloud that runs is not fit for it
 */
export async function openWorld(options: {
  readonly endpoints: Endpoints;
  readonly isOwnCloud: boolean;
  readonly isFast: boolean;
  readonly run: string;
  readonly signal: AbortSignal;
}) {
  const { endpoints, run } = options;
  const { http, aws, reports, issuer, resources } = endpoints;
  if (!http || !reports) {
    throw new LocalCloudError('The local cloud that runs is not the whole shop. Start that with npm start.');
  }
  const { rules } = await askControl<{ rules: object[] }>(aws, 'GET', 'faults');
  if (rules.length > 0) {
    throw new LocalCloudError('Faults are being injected into the local cloud. Take them back first.');
  }
  const interruptible: typeof fetch = (input, init) =>
    fetch(input, {
      ...init,
      signal: AbortSignal.any([options.signal, ...(init?.signal ? [init.signal] : [])]),
    });
  const clientOf = async (sub: string, scope: string) =>
    createShopClient({
      baseUrl: http,
      token: await issuedToken(issuer, { sub, scope }),
      fetch: interruptible,
    });
  const customerId = `demo-${run}`;
  const customer = await clientOf(customerId, 'shop/orders');
  const analyst = await issuedToken(issuer, { sub: 'demo-analyst', scope: 'shop/reports' });
  const settings = {
    endpoint: aws,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const dynamodb = new DynamoDBClient(settings);
  const documents = DynamoDBDocumentClient.from(dynamodb);
  const states = new SFNClient(settings);
  const s3 = new S3Client(settings);
  const lambda = new LambdaClient(settings);
  const category = `demo-${run}`;
  const itemId = (name: string) => `demo-${run}-${name}`;

  const order = async (name: OrderName): Promise<Schemas['Order']> => {
    const { token, quantities } = ORDERS[name];
    const lines = (Object.keys(ITEMS) as ItemName[])
      .filter((item) => quantities[item] > 0)
      .map((item) => ({ itemId: itemId(item), quantity: quantities[item] }));
    const { data } = await customer.POST('/orders', {
      params: { header: { 'Idempotency-Key': `${run}-${name}` } },
      body: { lines, payment: { token } },
    });
    return data;
  };
  const placed = new Map<OrderName, Promise<Schemas['Order']>>();

  return {
    ...options,
    http,
    reports,
    category,
    customerId,
    customer,
    editor: await clientOf('demo-editor', 'shop/items.write'),
    itemId,

    /** The order of this name, placed when it is asked for first. */
    order(name: OrderName): Promise<Schemas['Order']> {
      const known = placed.get(name) ?? order(name);
      placed.set(name, known);
      return known;
    },
    /** Makes the request of an order once more, under the same Idempotency-Key. */
    orderAgain: order,

    /** What has happened so far in the workflow of an order. */
    async history(orderId: string): Promise<HistoryEvent[]> {
      const executionArn = `${resources.OrderProcessing?.replace(':stateMachine:', ':execution:')}:${orderId}`;
      const events: HistoryEvent[] = [];
      try {
        const query = { executionArn, includeExecutionData: false, maxResults: 1_000 };
        for await (const page of paginateGetExecutionHistory({ client: states }, query)) {
          events.push(...(page.events ?? []));
        }
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw error;
      }
      return events;
    },

    async records(orderId: string): Promise<Records> {
      const { Items = [] } = await documents.send(
        new QueryCommand({
          TableName: resources.OrdersTable,
          KeyConditionExpression: 'orderId = :id',
          ExpressionAttributeValues: { ':id': orderId },
          ConsistentRead: true,
        }),
      );
      return Object.fromEntries(Items.map((row) => [String(row.record), row]));
    },

    /** What the payment provider has of an order. */
    charges: (orderId: string) => sandboxCharges(documents, resources.OrdersTable ?? '', orderId),

    /** The final events of an order among the last hundred on the bus, which is as many as it remembers. */
    async finalEvents(orderId: string): Promise<string[]> {
      const events = await askControl<RecentEvent[]>(aws, 'GET', 'events');
      return events
        .map(({ event }) => event)
        .filter(({ detail }) => (detail as { data?: { id?: string } }).data?.id === orderId)
        .map((event) => event['detail-type'])
        .filter((type) => type === 'OrderCompleted' || type === 'OrderFailed');
    },

    /** Where the invoice of an order lies, and its size in bytes; undefined while it does not. */
    async invoice(orderId: string): Promise<{ place: string; bytes: number } | undefined> {
      const at = { Bucket: resources.InvoicesBucket, Key: `invoices/${customerId}/${orderId}.pdf` };
      try {
        const { ContentLength = 0 } = await s3.send(new HeadObjectCommand(at));
        return { place: `s3://${at.Bucket}/${at.Key}`, bytes: ContentLength };
      } catch (error) {
        if (error instanceof NotFound) return undefined;
        throw error;
      }
    },

    /** What the reports have of this run since the day (YYYY-MM-DD). */
    async sales(from: string): Promise<Sold> {
      const to = new Date(Date.parse(from) + DAY_MS).toISOString().slice(0, 10);
      const query = new URLSearchParams({ from, to, by: 'category' });
      const answer = await interruptible(`${reports}/reports/sales?${query}`, {
        headers: { authorization: `Bearer ${analyst}` },
      });
      if (!answer.ok) throw new Error(`The reports answer ${answer.status}: ${await answer.text()}`);
      const { sales } = (await answer.json()) as { sales: (Sold & { category: string })[] };
      const { orders, quantity, amount } = sales.find((row) => row.category === category) ?? {
        ...{ orders: 0, quantity: 0, amount: 0 },
      };
      return { orders, quantity, amount };
    },

    /** While `run` runs and no longer, these faults strike. */
    async disturbed<Result>(faults: readonly Fault[], run: () => Promise<Result>): Promise<Result> {
      try {
        await askControl(aws, 'PUT', 'faults', { rules: faults });
        return await run();
      } finally {
        await askControl(aws, 'PUT', 'faults', { rules: [] });
      }
    },

    /** Begins to undo an order by hand: runs the function of RefundPayment, as the workflow would. */
    async undo(orderId: string): Promise<void> {
      const { definition = '{}' } = await states.send(
        new DescribeStateMachineCommand({ stateMachineArn: resources.OrderProcessing }),
      );
      const task = { orderId, attempt: 0, execution: { orderId, customerId } };
      const { FunctionError, Payload = [] } = await lambda.send(
        new InvokeCommand({
          FunctionName: JSON.parse(definition).States.RefundPayment.Resource,
          Payload: JSON.stringify({ ...task, failure: { Error: 'UndoneByHand', Cause: '' } }),
        }),
      );
      if (FunctionError) throw new Error(`The order cannot be undone: ${Buffer.from(Payload)}`);
    },

    close(): void {
      for (const client of [dynamodb, states, s3, lambda]) client.destroy();
    },
  };
}
