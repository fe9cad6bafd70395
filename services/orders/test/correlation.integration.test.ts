import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createShopClient } from '../../../clients/typescript/index.ts';
import { until } from '../../../offline/test/processes.ts';
import { type OfflineProcess, startOffline } from '../../../offline/testing/offline.ts';

jest.setTimeout(90_000);

/** A line of the log of a function, or of the container of the reports, which has no function's name. */
interface LogLine {
  readonly function_name?: string;
  readonly message?: string;
  readonly orderId?: string;
  readonly correlationId?: string;
}
interface Told {
  readonly 'detail-type'?: string;
  readonly detail?: { readonly metadata: { readonly correlationId: string } };
  readonly Message?: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly Value: string }>>;
}

/** Of the items that the local cloud begins with, at 12.90 EUR. */
const ITEM = '01KE6P4YM085R2G34YS8EPPB3S';
/** No order waits for approval below this, in minor units. */
const APPROVAL_AMOUNT = 10_000;

let offline: OfflineProcess;
let queueUrl = '';
const clients = () => {
  const settings = {
    endpoint: offline.endpoints.aws,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  return {
    eventBridge: new EventBridgeClient(settings),
    sns: new SNSClient(settings),
    sqs: new SQSClient(settings),
    stepFunctions: new SFNClient(settings),
  };
};
let aws: ReturnType<typeof clients>;
const told: Told[] = [];

beforeAll(async () => {
  offline = await startOffline({
    folder: new URL('../../..', import.meta.url).pathname,
    args: ['--param', `approvalAmount=${APPROVAL_AMOUNT}`],
  });
  aws = clients();
  const { ShopBus, OrderNotifications } = offline.endpoints.resources;
  const { QueueUrl = '' } = await aws.sqs.send(new CreateQueueCommand({ QueueName: 'listener' }));
  queueUrl = QueueUrl;
  const { Attributes } = await aws.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const Arn = Attributes?.QueueArn ?? '';
  const rule = { Name: 'listener', EventBusName: ShopBus };
  const EventPattern = JSON.stringify({ source: ['shop.orders'] });
  await aws.eventBridge.send(new PutRuleCommand({ ...rule, EventPattern }));
  await aws.eventBridge.send(
    new PutTargetsCommand({ Rule: rule.Name, EventBusName: ShopBus, Targets: [{ Id: 'queue', Arn }] }),
  );
  await aws.sns.send(new SubscribeCommand({ TopicArn: OrderNotifications, Protocol: 'sqs', Endpoint: Arn }));
});
afterAll(async () => {
  for (const client of Object.values(aws)) client.destroy();
  await offline?.stop();
});

/** Everything printed that is a log line. */
const logLines = () =>
  offline
    .output()
    .split('\n')
    .flatMap((line): LogLine[] => {
      const start = line.indexOf('{"');
      if (start < 0) return [];
      try {
        return [JSON.parse(line.slice(start))];
      } catch {
        // It is still being written.
        return [];
      }
    });

/** The keys of the functions that have said something of the request. */
const functionsThatSaid = (correlationId: string) => [
  ...new Set(
    logLines()
      .filter((line) => line.correlationId === correlationId && line.function_name)
      .map(({ function_name = '' }) => function_name.replace('shop-dev-', '')),
  ),
];

async function place(correlationId: string, quantity: number, token: string): Promise<string> {
  const shop = createShopClient({
    baseUrl: String(offline.endpoints.http),
    token: await offline.token({ scope: 'shop/orders' }),
  });
  const { data, response } = await shop.POST('/orders', {
    headers: { 'x-correlation-id': correlationId },
    body: { lines: [{ itemId: ITEM, quantity }], payment: { token } },
  });
  expect([response.status, response.headers.get('x-correlation-id')]).toEqual([202, correlationId]);
  return data.id;
}

/** What came to the queue of this test by the bus and by the topic, so far. */
async function listen(): Promise<Told[]> {
  const { Messages = [] } = await aws.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
  );
  for (const { Body = '', ReceiptHandle } of Messages) {
    told.push(JSON.parse(Body));
    await aws.sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
  }
  return told;
}
const eventsOf = (all: readonly Told[], correlationId: string) =>
  all
    .filter(({ detail }) => detail?.metadata.correlationId === correlationId)
    .map((event) => event['detail-type'])
    .sort();

const COMPLETES = [
  'checkInventory',
  'completeOrder',
  'placeOrder',
  'processPayment',
  'publishChanges',
  'recordConfirmation',
  'renderInvoice',
  'sendConfirmation',
  'updateInventory',
  'validateOrder',
];
const IS_UNDONE = [
  'checkInventory',
  'failOrder',
  'placeOrder',
  'processPayment',
  'publishChanges',
  'refundPayment',
  'releaseInventory',
  'validateOrder',
];
const WAITS_FOR_APPROVAL = ['placeOrder', 'publishChanges', 'requestApproval', 'validateOrder'];

it.each([
  ['is completed', 1, 'tok_ok', COMPLETES, ['OrderCompleted', 'OrderPlaced'], ['PLACED', 'COMPLETE']],
  ['is undone', 1, 'tok_declined', IS_UNDONE, ['OrderFailed', 'OrderPlaced'], ['PLACED', 'FAILED']],
  ['waits for approval', 10, 'tok_ok', WAITS_FOR_APPROVAL, ['OrderPlaced'], ['PLACED']],
])(
  'the id given to POST /orders is found wherever an order goes that %s',
  async (what, quantity, token, functions, events, recorded) => {
    const correlationId = `checkout:${what.replaceAll(' ', '-')}`;
    const orderId = await place(correlationId, quantity, token);

    await until(() => functions.every((key) => functionsThatSaid(correlationId).includes(key)), 40_000);
    expect(functionsThatSaid(correlationId).sort()).toEqual(functions);

    await until(async () => eventsOf(await listen(), correlationId).length === events.length);
    expect(eventsOf(told, correlationId)).toEqual(events);

    const statuses = () =>
      logLines()
        .filter((line) => line.message === 'An order is recorded.' && line.correlationId === correlationId)
        .map((line) => [line.orderId, (line as { status?: string }).status]);
    await until(() => statuses().length === recorded.length);
    expect(statuses()).toEqual(recorded.map((status) => [orderId, status]));

    const executionArn = `${offline.endpoints.resources.OrderProcessing?.replace(':stateMachine:', ':execution:')}:${orderId}`;
    const { input = '' } = await aws.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    expect(JSON.parse(input)).toMatchObject({ orderId, correlationId });
  },
);

it.each([
  ['OrderConfirmation', 'checkout:is-completed'],
  ['ApprovalRequested', 'checkout:waits-for-approval'],
])('the message %s of the topic carries the id of its order', async (kind, correlationId) => {
  const attributes = () => told.find(({ MessageAttributes }) => MessageAttributes?.kind?.Value === kind);
  await until(async () => {
    await listen();
    return attributes() !== undefined;
  });
  expect(attributes()?.MessageAttributes?.correlationId?.Value).toBe(correlationId);
});
