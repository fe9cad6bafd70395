import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../../../offline/test/processes.ts';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { someOrders, type TestOrder } from './events.ts';

jest.setTimeout(120_000);

let cloud: LocalCloud;
let dynamodb: DynamoDBClient;
let documents: DynamoDBDocumentClient;

beforeAll(async () => {
  cloud = await startLocalCloud({ run: true, containers: true });
  dynamodb = new DynamoDBClient();
  documents = DynamoDBDocumentClient.from(dynamodb);
});
afterAll(async () => {
  dynamodb.destroy();
  await cloud.stop();
});

interface OrderRow {
  readonly status: string;
  readonly placedAt: string;
  readonly lines: readonly { readonly quantity: number; readonly unitPrice?: { readonly amount: number } }[];
}

function placedRow({ id, placedAt, lines }: TestOrder) {
  return {
    ...{ orderId: id, record: 'order', customerId: 'alice', status: 'PENDING', executions: 1, timeline: [] },
    ...{ placedAt, updatedAt: placedAt, correlationId: id },
    lines: lines.map(({ itemId, quantity }) => ({ itemId, quantity })),
  };
}

function endedRow(order: TestOrder) {
  const total = order.lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  return {
    ...placedRow(order),
    status: order.end,
    lines: order.lines.map(({ price, ...line }) => ({
      ...line,
      name: line.itemId,
      unitPrice: { amount: price, currency: 'EUR' },
    })),
    ...(order.end === 'COMPLETE'
      ? { total: { amount: total, currency: 'EUR' } }
      : { reason: 'OUT_OF_STOCK' }),
  };
}

describe('the whole application', () => {
  it('shows the sales of a thousand orders as the table of the orders has them', async () => {
    const table = cloud.resources.OrdersTable ?? '';
    const orders = someOrders(1_000);
    const write = async (rows: readonly object[]) => {
      for (let start = 0; start < rows.length; start += 25) {
        const requests = rows.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
        await documents.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
      }
    };
    await write(orders.map(placedRow));
    await write(orders.filter(({ end }) => end).map(endedRow));

    const sold = new Map<string, { orders: number; quantity: number; amount: number }>();
    for await (const { Items = [] } of paginateScan({ client: documents }, { TableName: table })) {
      for (const { status, placedAt, lines } of Items as OrderRow[]) {
        if (status !== 'COMPLETE') continue;
        const day = sold.get(placedAt.slice(0, 10)) ?? { orders: 0, quantity: 0, amount: 0 };
        day.orders += 1;
        for (const { quantity, unitPrice } of lines) {
          day.quantity += quantity;
          day.amount += quantity * (unitPrice?.amount ?? 0);
        }
        sold.set(placedAt.slice(0, 10), day);
      }
    }
    const expected = [...sold]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([day, sums]) => ({ day, currency: 'EUR', ...sums }));
    expect(expected.map(({ day }) => day)).toEqual(['2026-11-01', '2026-11-02', '2026-11-03']);

    const audience = cloud.resources.BackOfficeClient ?? '';
    const token = await cloud.token({ scope: 'shop/reports', audience });
    const headers = { authorization: `Bearer ${token}` };
    const url = `${cloud.containers.ReportsService}/reports/sales?from=2026-11-01&to=2026-11-30`;
    const complete = orders.filter(({ end }) => end === 'COMPLETE').length;
    let shown: { sales?: { orders: number }[] } = {};
    await until(async () => {
      shown = (await (await fetch(url, { headers })).json()) as typeof shown;
      return shown.sales?.reduce((sum, { orders }) => sum + orders, 0) === complete;
    }, 90_000);
    expect(shown.sales).toEqual(expected);
  });
});
