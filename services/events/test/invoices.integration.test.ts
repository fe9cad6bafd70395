import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { until } from '../../../offline/test/processes.ts';
import { httpEvent } from '../../../shared/testing/http-event.ts';
import { textOfPdf } from './pdf-text.ts';
import { openPublishingShop, type PublishingShop } from './publishing-shop.ts';

jest.setTimeout(60_000);

let shop: PublishingShop;
let s3: S3Client;
let bus: EventBridgeClient;

beforeAll(async () => {
  shop = await openPublishingShop();
  s3 = new S3Client({ forcePathStyle: true });
  bus = new EventBridgeClient();
});
afterAll(async () => {
  s3.destroy();
  bus.destroy();
  await shop.close();
});

async function askForInvoice(orderId: string, customer: string): Promise<APIGatewayProxyStructuredResultV2> {
  return shop.invoke(
    'getInvoice',
    httpEvent({
      routeKey: 'GET /orders/{id}/invoice',
      pathParameters: { id: orderId },
      claims: { sub: customer, scope: 'shop/orders' },
    }),
  );
}

async function download(orderId: string, customer: string): Promise<Response> {
  let answer: APIGatewayProxyStructuredResultV2 = {};
  await until(async () => {
    answer = await askForInvoice(orderId, customer);
    return answer.statusCode === 302;
  });
  return fetch(String(answer.headers?.location));
}

/** Every version of the object that is or was there. */
async function versions(prefix: string) {
  const { Versions = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: shop.cloud.resources.InvoicesBucket, Prefix: prefix }),
  );
  return Versions.map(({ Key, ETag, VersionId }) => ({ Key, ETag, VersionId }));
}

const completed = (id: string, customerId: string) => ({
  metadata: {
    eventId: `completed-${id}`,
    occurredAt: '2026-11-01T12:00:05.000Z',
    correlationId: 'test',
    version: 1,
  },
  data: {
    id,
    customerId,
    placedAt: '2026-11-01T12:00:00.000Z',
    lines: [{ itemId: 'cup', quantity: 3, name: 'Cup', unitPrice: { amount: 250, currency: 'EUR' } }],
    total: { amount: 750, currency: 'EUR' },
  },
});

const complete = (detail: object) =>
  bus.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: shop.cloud.resources.ShopBus,
          Source: 'shop.orders',
          DetailType: 'OrderCompleted',
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );

describe('the invoice of an order', () => {
  it('is there for its customer, and for nobody else, when the order is complete', async () => {
    const item = await shop.add({
      sku: 'MUG-1',
      name: 'Mug, größer',
      category: 'kitchen',
      price: { amount: 1_250, currency: 'EUR' },
      stock: 10,
    });
    const order = await shop.order('tok_ok', 'invoiced', [{ itemId: item.id, quantity: 2 }]);

    const file = await download(order.id, 'bob');
    expect([file.status, file.headers.get('content-type'), file.headers.get('content-disposition')]).toEqual([
      200,
      'application/pdf',
      `attachment; filename="invoice-${order.id}.pdf"`,
    ]);
    const [page = []] = await textOfPdf(new Uint8Array(await file.arrayBuffer()));
    expect(page).toEqual(
      expect.arrayContaining([order.id, 'Mug, größer', '2', 'EUR\u00a012.50', 'EUR\u00a025.00']),
    );

    const toEve = await askForInvoice(order.id, 'eve');
    expect([toEve.statusCode, JSON.parse(toEve.body ?? '{}').detail]).toEqual([
      404,
      `There is no invoice of the order ${order.id}.`,
    ]);
  });

  it('links for at most five minutes, and is kept by no cache', async () => {
    await complete(completed('linked', 'bob'));
    await download('linked', 'bob');
    const { headers } = await askForInvoice('linked', 'bob');
    const seconds = Number(new URL(String(headers?.location)).searchParams.get('X-Amz-Expires'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(300);
    expect(headers?.['cache-control']).toBe('no-store');
  });

  it('is written once, however often the event comes', async () => {
    await complete(completed('repeated', 'bob'));
    const first = Buffer.from(await (await download('repeated', 'bob')).arrayBuffer());
    const [written, ...others] = await versions('invoices/bob/repeated');
    expect([written?.Key, others]).toEqual(['invoices/bob/repeated.pdf', []]);

    const runs = () =>
      shop.cloud.invocations.filter(({ functionKey }) => functionKey === 'renderInvoice').length;
    const before = runs();
    for (let time = 0; time < 4; time += 1) await complete(completed('repeated', 'bob'));
    await until(async () => runs() >= before + 4);
    expect(await versions('invoices/bob/repeated')).toEqual([written]);
    expect(Buffer.from(await (await download('repeated', 'bob')).arrayBuffer()).equals(first)).toBe(true);
  });

  it.each(['auth0|a/b', '..', 'ä ö'])('has its own place for a customer named %j', async (customer) => {
    await complete(completed('odd', customer));
    expect((await download('odd', customer)).status).toBe(200);
    expect((await askForInvoice('odd', 'bob')).statusCode).toBe(404);
  });
});
