import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../offline/test/processes.ts';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { approvalsTable } from '../src/adapters/approvals-table.ts';
import { catalogueItems } from '../src/adapters/catalogue-items.ts';
import { confirmationsTable } from '../src/adapters/confirmations-table.ts';
import { inventoryTable } from '../src/adapters/inventory-table.ts';
import { ledgerTable } from '../src/adapters/ledger-table.ts';
import { orderWorkflow } from '../src/adapters/order-workflow.ts';
import { ordersTable } from '../src/adapters/orders-table.ts';
import { sandboxPayments } from '../src/adapters/sandbox-payments.ts';
import { cancelOrder } from '../src/domain/cancel-order.ts';
import { NotSent } from '../src/domain/confirm-order.ts';
import type { StoredOrder } from '../src/domain/order.ts';
import { respondWith as checkInventory } from '../src/handlers/check-inventory.ts';
import { respondWith as completeOrder } from '../src/handlers/complete-order.ts';
import { respondWith as decideApproval } from '../src/handlers/decide-approval.ts';
import { respondWith as failOrder } from '../src/handlers/fail-order.ts';
import { respondWith as processPayment } from '../src/handlers/process-payment.ts';
import { respondWith as refundPayment } from '../src/handlers/refund-payment.ts';
import { respondWith as releaseInventory } from '../src/handlers/release-inventory.ts';
import { respondWith as requestApproval } from '../src/handlers/request-approval.ts';
import { respondWith as sendConfirmation } from '../src/handlers/send-confirmation.ts';
import { approvalTask, orderTask, undoTask } from '../src/handlers/task-schemas.ts';
import { respondWith as updateInventory } from '../src/handlers/update-inventory.ts';
import { respondWith as validateOrder } from '../src/handlers/validate-order.ts';
import { now as clock, done, everything, startWorkflow } from './workflow-run.ts';

/** Every state, retrier and catcher of the workflow, with the functions as they are deployed. */

/** What happens to runs of a function, first to last; then it works. */
type Mishap = 'crash' | 'hang' | ((orderId: string) => Promise<void>);

let cloud: LocalCloud;
let dynamodb: DynamoDBClient;
let documents: DynamoDBDocumentClient;
let workflow: Awaited<ReturnType<typeof startWorkflow>>;
let mishaps: Record<string, Mishap[]> = {};
let refusals = 0;
/** What somebody decides as soon as the order waits for it. */
let decision: 'approve' | 'decline' | 'cancel' | undefined;
let orders = 0;
const covered = new Set<string>();

const now = () => new Date(clock.now());
const NAMES = { orders: 'OrdersTable', items: 'ItemsTable' } as const;
const nameOf = (table: keyof typeof NAMES) => cloud.resources[NAMES[table]] ?? '';

beforeAll(async () => {
  cloud = await startLocalCloud();
  dynamodb = new DynamoDBClient();
  documents = DynamoDBDocumentClient.from(dynamodb);
  const database = { documents, ordersTable: nameOf('orders'), itemsTable: nameOf('items') };
  const all = {
    now,
    orders: ordersTable(database),
    inventory: inventoryTable(database),
    ledger: ledgerTable(database),
    approvals: approvalsTable(database),
    confirmations: confirmationsTable(database),
    items: catalogueItems(documents, nameOf('items')),
    payments: sandboxPayments({
      documents,
      tableName: nameOf('orders'),
      now,
      newId: () => crypto.randomUUID(),
    }),
    notifications: {
      async askApproval() {},
      async confirm() {
        refusals -= 1;
        if (refusals >= 0) throw new NotSent('no');
      },
    },
    newClaim: () => crypto.randomUUID(),
    workflow: { answer: (...answer: Parameters<typeof answers.answer>) => answers.answer(...answer) },
    approvalAmount: 10_000,
  };
  const task = (
    key: string,
    schema: { parse(input: unknown): { orderId: string } },
    work: (input: never) => Promise<unknown>,
  ) =>
    [
      key,
      async (input: unknown) => {
        const read = schema.parse(input);
        const mishap = mishaps[key]?.shift();
        if (mishap === 'crash')
          throw Object.assign(new Error('signal: killed'), { name: 'Runtime.ExitError' });
        if (mishap === 'hang') return hang();
        await mishap?.(read.orderId);
        return work(read as never);
      },
    ] as const;
  const ask = requestApproval(all);
  workflow = await startWorkflow(
    Object.fromEntries([
      task('validateOrder', orderTask, validateOrder(all)),
      task(
        'requestApproval',
        approvalTask,
        async (input: { orderId: string } & Parameters<typeof ask>[0]) => {
          await ask(input);
          if (decision === 'cancel') await cancel(input.orderId);
          else if (decision) await decide(input.orderId, decision);
        },
      ),
      task('checkInventory', orderTask, checkInventory(all)),
      task('processPayment', orderTask, processPayment(all)),
      task('sendConfirmation', orderTask, sendConfirmation(all)),
      task('updateInventory', orderTask, updateInventory(all)),
      task('completeOrder', orderTask, completeOrder(all)),
      task('refundPayment', undoTask, refundPayment(all)),
      task('releaseInventory', orderTask, releaseInventory(all)),
      task('failOrder', orderTask, failOrder(all)),
    ]),
  );
  const answers = orderWorkflow(workflow.cloud.client, workflow.machine);
  decide = async (id, decision) => {
    await decideApproval(all)({
      path: { id },
      query: undefined,
      body: { decision },
      headers: {},
      caller: 'carol',
      correlationId: 'c',
      remainingTimeMs: 9_000,
    });
  };
  cancel = async (orderId) => {
    await cancelOrder({ ...all, now }, { orderId, customerId: 'bob' });
  };
  start = (order) => orderWorkflow(workflow.cloud.client, workflow.machine).start(order.id, order);
}, 30_000);
beforeEach(() => {
  mishaps = {};
  refusals = 0;
  decision = undefined;
});
afterAll(async () => {
  workflow.cloud.stop();
  dynamodb.destroy();
  await cloud.stop();
});

let decide: (orderId: string, decision: 'approve' | 'decline') => Promise<void>;
let cancel: (orderId: string) => Promise<void>;
let start: (order: StoredOrder) => Promise<void>;

/** Ends with the state's time-out: no clock of ours advances while a function runs. */
function hang(): never {
  throw Object.assign(new Error('Task timed out after 10.00 seconds'), { name: 'Sandbox.Timedout' });
}
const crashes = (count: number): Mishap[] => Array.from({ length: count }, () => 'crash');

async function place({ token = 'tok_ok', stock = 5, price = 1_000 } = {}): Promise<StoredOrder> {
  orders += 1;
  const id = `01KE6P4YM085R2G34YS8EP${String(orders).padStart(4, '0')}`;
  const priced = { category: 'test', price: { amount: price, currency: 'EUR' } };
  const item = { id: `item-${orders}`, name: 'Mug', ...priced, stock };
  if (stock >= 0) await documents.send(new PutCommand({ TableName: nameOf('items'), Item: item }));
  const at = now().toISOString();
  return ordersTable({ documents, ordersTable: nameOf('orders') }).place({
    request: id,
    content: id,
    order: {
      id,
      customerId: 'bob',
      status: 'PENDING',
      lines: [{ itemId: item.id, quantity: 1 }],
      timeline: [{ at, event: 'PENDING', attempt: 1 }],
      placedAt: at,
      updatedAt: at,
      paymentToken: token,
      correlationId: 'c',
      executions: 1,
    },
  });
}
async function run(order: StoredOrder): Promise<StoredOrder> {
  await start(order);
  const history = await workflow.untilEnded(order.id);
  for (const each of done(history)) covered.add(each);
  return find(order.id);
}
async function find(orderId: string): Promise<StoredOrder> {
  const found = await ordersTable({ documents, ordersTable: nameOf('orders') }).find(orderId);
  if (!found) throw new Error('There is no order.');
  return found;
}
async function stockOf(order: StoredOrder): Promise<number> {
  const Key = { id: order.lines[0]?.itemId };
  const { Item } = await documents.send(new GetCommand({ TableName: nameOf('items'), Key }));
  return Item?.stock;
}
/** Closes the order behind the back of its workflow. */
async function close(orderId: string): Promise<void> {
  const update = {
    TableName: nameOf('orders'),
    Key: { orderId, record: 'order' },
    UpdateExpression: 'SET undoing = :reason',
    ExpressionAttributeValues: { ':reason': 'INTERNAL_ERROR' },
  };
  await documents.send(new UpdateCommand(update));
}
const stateOf = async (orderId: string, record: string) =>
  (await documents.send(new GetCommand({ TableName: nameOf('orders'), Key: { orderId, record } }))).Item
    ?.state;

const untilIs = (orderId: string, record: string, state: string) =>
  until(async () => (await stateOf(orderId, record)) === state);

/** That nothing of the order is left in money and stock. */
async function expectUndone(order: StoredOrder, reason: string): Promise<void> {
  expect([order.status, order.reason]).toEqual(['FAILED', reason]);
  expect(await stockOf(order)).toBe(5);
  expect([undefined, 'REFUNDED', 'VOIDED']).toContain(await stateOf(order.id, 'charge'));
  expect([undefined, 'RELEASED']).toContain(await stateOf(order.id, 'reservation'));
}

describe('the workflow of an order', () => {
  it('completes it', async () => {
    const order = await run(await place());
    expect([order.status, await stockOf(order)]).toEqual(['COMPLETE', 4]);
  });

  it('completes it though every function dies once', async () => {
    const tasks = [
      'validateOrder',
      'requestApproval',
      'checkInventory',
      'processPayment',
      'sendConfirmation',
    ];
    for (const key of [...tasks, 'updateInventory', 'completeOrder']) mishaps[key] = ['crash'];
    decision = 'approve';
    const order = await run(await place({ price: 20_000 }));
    expect([order.status, await stockOf(order)]).toEqual(['COMPLETE', 4]);
  });

  it('ends it when it cannot be sold', async () => {
    const order = await run(await place({ stock: -1 }));
    expect([order.status, order.reason]).toEqual(['FAILED', 'ITEM_NOT_FOUND']);
  });

  it('undoes it when it is out of stock', async () => {
    const order = await run(await place({ stock: 0 }));
    expect([order.status, order.reason]).toEqual(['FAILED', 'OUT_OF_STOCK']);
  });

  it('undoes it when the card is declined, or the provider stays away', async () => {
    await expectUndone(await run(await place({ token: 'tok_declined' })), 'PAYMENT_DECLINED');
    mishaps.processPayment = Array.from({ length: 4 }, () => async () => {
      throw Object.assign(new Error('PAYMENT_UNAVAILABLE: no'), { name: 'PaymentServiceException' });
    });
    await expectUndone(await run(await place()), 'PAYMENT_UNAVAILABLE');
  });

  it.each([
    ['validateOrder', 7],
    ['checkInventory', 7],
    ['processPayment', 7],
    ['updateInventory', 7],
    ['completeOrder', 7],
  ])('undoes it when %s dies %i times', async (key, times) => {
    mishaps[key] = crashes(times);
    await expectUndone(await run(await place()), 'INTERNAL_ERROR');
  });

  it('undoes it when its confirmation is refused for good, after it was paid and sold', async () => {
    refusals = 100;
    const order = await run(await place());
    await expectUndone(order, 'CONFIRMATION_FAILED');
    expect(order.timeline.map(({ event }) => event)).toEqual([
      'PENDING',
      'VALIDATED',
      'RESERVED',
      'PAYMENT_STARTED',
      'PAID',
      'STOCK_COMMITTED',
      'COMPENSATING',
      'REFUNDED',
      'RELEASED',
      'FAILED',
    ]);
  });

  it.each([
    'validateOrder',
    'checkInventory',
    'processPayment',
    'sendConfirmation',
    'updateInventory',
    'completeOrder',
  ])('goes back at once when %s finds it closed', async (key) => {
    mishaps[key] = [
      async (orderId) => {
        // The first branch that fails ends the other: it has to be done by then.
        if (key === 'sendConfirmation') await untilIs(orderId, 'reservation', 'COMMITTED');
        if (key === 'updateInventory') await untilIs(orderId, 'confirmation', 'SENT');
        await close(orderId);
      },
    ];
    await expectUndone(await run(await place()), 'INTERNAL_ERROR');
  });

  it('leaves a complete order complete when only the answer was lost', async () => {
    mishaps.completeOrder = [
      async (orderId) => {
        await ordersTable({ documents, ordersTable: nameOf('orders') }).complete(orderId, {
          at: now().toISOString(),
          attempt: 1,
        });
        throw Object.assign(new Error('signal: killed'), { name: 'Runtime.ExitError' });
      },
      ...crashes(6),
    ];
    const order = await run(await place());
    expect([order.status, await stateOf(order.id, 'charge')]).toEqual(['COMPLETE', 'CAPTURED']);
  });

  it('undoes it though every compensation dies twice', async () => {
    for (const key of ['refundPayment', 'releaseInventory', 'failOrder']) mishaps[key] = ['crash', 'hang'];
    await expectUndone(await run(await place({ token: 'tok_declined' })), 'PAYMENT_DECLINED');
  });
});

describe('an order that is cancelled', () => {
  it.each(['checkInventory', 'processPayment'])('when %s is about to run goes back', async (key) => {
    mishaps[key] = [cancel];
    const order = await run(await place());
    expect([order.status, order.reason]).toEqual(['CANCELLED', 'CANCELLED_BY_CUSTOMER']);
    expect([await stockOf(order), await stateOf(order.id, 'charge')]).toEqual([5, undefined]);
    expect(order.timeline.at(-1)?.event).toBe('CANCELLED');
  });

  it('while it waits for approval waits no more', async () => {
    decision = 'cancel';
    const begin = clock.now();
    const order = await run(await place({ price: 10_000 }));
    expect([order.status, clock.now() - begin < 60_000]).toEqual(['CANCELLED', true]);
  });
});

describe('an order that needs approval', () => {
  it('goes on when somebody approves', async () => {
    decision = 'approve';
    const order = await run(await place({ price: 10_000 }));
    expect(order.status).toBe('COMPLETE');
    expect(order.timeline.slice(2, 4).map(({ event }) => event)).toEqual(['APPROVAL_REQUESTED', 'APPROVED']);
  });

  it('keeps the token of the attempt that waits, though an earlier one comes late', async () => {
    const { id } = await place({ price: 10_000 });
    const database = { documents, ordersTable: nameOf('orders') };
    const step = (seconds: number) => ({ at: `2026-11-22T10:00:0${seconds}.000Z`, attempt: 1 });
    await ordersTable(database).validate(id, { lines: [], total: { amount: 1, currency: 'EUR' } }, step(0));
    const approvals = approvalsTable(database);
    await approvals.ask(id, 'second', step(2));
    await expect(approvals.ask(id, 'first', step(1))).rejects.toMatchObject({ name: 'OrderMoved' });
    expect(await approvals.find(id)).toMatchObject({ taskToken: 'second' });
  });

  it('is undone when somebody declines', async () => {
    decision = 'decline';
    await expectUndone(await run(await place({ price: 10_000 })), 'APPROVAL_DECLINED');
  });

  it('is undone when nobody decides for three days', async () => {
    const begin = clock.now();
    await expectUndone(await run(await place({ price: 10_000 })), 'APPROVAL_EXPIRED');
    expect(clock.now() - begin).toBe(3 * 24 * 60 * 60 * 1_000);
  });
});

describe('the scenarios above', () => {
  it('have entered every state, and used every retrier and catcher', () => {
    expect([...covered].toSorted()).toEqual(everything.toSorted());
  });
});
