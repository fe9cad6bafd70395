import { ulid } from 'ulid';
import { idempotencyTable } from '../services/items/src/adapters/idempotency-table.ts';
import { itemsTable } from '../services/items/src/adapters/items-table.ts';
import { reservations } from '../services/items/src/adapters/request-keys.ts';
import { stockTable } from '../services/items/src/adapters/stock-table.ts';
import { addItem } from '../services/items/src/domain/add-item.ts';
import type { ItemDraft, RequestKey } from '../services/items/src/domain/item.ts';
import { approvalsTable } from '../services/orders/src/adapters/approvals-table.ts';
import { catalogueItems } from '../services/orders/src/adapters/catalogue-items.ts';
import { confirmationsTable } from '../services/orders/src/adapters/confirmations-table.ts';
import { inventoryTable } from '../services/orders/src/adapters/inventory-table.ts';
import { ledgerTable } from '../services/orders/src/adapters/ledger-table.ts';
import { ordersTable } from '../services/orders/src/adapters/orders-table.ts';
import { unfinishedOrders } from '../services/orders/src/adapters/unfinished-orders.ts';
import { decideApproval, requestApproval } from '../services/orders/src/domain/approve-order.ts';
import { cancelOrder } from '../services/orders/src/domain/cancel-order.ts';
import { checkInventory } from '../services/orders/src/domain/check-inventory.ts';
import { completeOrder, updateInventory } from '../services/orders/src/domain/complete-order.ts';
import { recordConfirmation, sendConfirmation } from '../services/orders/src/domain/confirm-order.ts';
import type { RequestedLine } from '../services/orders/src/domain/order.ts';
import { PaymentDeclined } from '../services/orders/src/domain/order-errors.ts';
import type { Charge, Payments } from '../services/orders/src/domain/payment.ts';
import { placeOrder } from '../services/orders/src/domain/place-order.ts';
import { processPayment } from '../services/orders/src/domain/process-payment.ts';
import { sweepOrders } from '../services/orders/src/domain/sweep-orders.ts';
import { failOrder, refundPayment, releaseInventory } from '../services/orders/src/domain/undo-order.ts';
import { validateOrder } from '../services/orders/src/domain/validate-order.ts';
import { positionsTable } from '../services/schedules/src/adapters/positions-table.ts';
import { recordsTable } from '../services/schedules/src/adapters/records-table.ts';
import { expiredRecords } from '../services/schedules/src/domain/expired-records.ts';
import { walkedKind } from '../services/schedules/src/domain/walk.ts';
import { leaseTable } from '../shared/lease-table.ts';
import { signingKeyTable } from '../shared/signing-key-table.ts';
import type { Tables } from './tables.ts';

/** As long as an id that Cognito gives. */
export const CUSTOMER = '5f9c1d0e-6a1b-4c7e-9d0f-3b2a1c4d5e6f';
const CORRELATION = '0b9e4a52-7d3c-4f18-8a6e-2c5d7f90b1e3';
/** As long as Stripe's name for a means of payment. */
const PAYMENT_TOKEN = 'pm_1QAbCdEfGhIjKlMnOpQrStUv';

export const NOW = new Date('2026-11-23T10:00:00.000Z');

/** What the services do with their tables, put together as their functions are; what is no table does nothing. */
export type MeteredShop = ReturnType<typeof shopOn>;

/** A charge that is made at once; `declined` refuses it. The provider's own rows are not the shop's. */
function provider(declined: boolean): Payments {
  return {
    async ready() {},
    async charge({ amount }: Charge) {
      if (declined) throw new PaymentDeclined('card_declined');
      return { reference: 'pi_3QAbCdEfGhIjKlMnOpQrStUv', amount };
    },
    async find() {
      return undefined;
    },
    async refund() {
      return { state: 'VOIDED' };
    },
  };
}

export function shopOn({ dynamodb, documents }: Pick<Tables, 'dynamodb' | 'documents'>) {
  const database = { documents, ordersTable: 'OrdersTable', itemsTable: 'ItemsTable' };
  const now = () => NOW;

  const orders = ordersTable(database);
  const inventory = inventoryTable(database);
  const ledger = ledgerTable(database);
  const approvals = approvalsTable(database);
  const confirmations = confirmationsTable(database);
  const workflow = {
    async start() {},
    async answer() {},
    stateOf: async () => 'RUNNING' as const,
  };
  const notifications = { async askApproval() {}, async confirm() {} };
  const catalogue = itemsTable(documents, 'ItemsTable');
  const reserve = reservations(documents, 'ItemsIdempotencyTable', now);
  const oncePerKey = idempotencyTable(dynamodb, 'ItemsIdempotencyTable');
  const task = (orderId: string) => ({ orderId, attempt: 1 });

  const shop = {
    catalogue,
    stock: stockTable({
      documents,
      documentsOnce: documents,
      itemsTable: 'ItemsTable',
      keysTable: 'ItemsIdempotencyTable',
      now,
    }),
    addItem: (draft: ItemDraft, request?: RequestKey) => {
      const dependencies = { catalogue, newId: ulid, now, reserve };
      if (!request) return addItem(dependencies, draft);
      return oncePerKey({ ...request, content: draft, remainingTimeMs: 10_000 }, () =>
        addItem(dependencies, draft, request),
      );
    },
    signingKey: signingKeyTable(documents, 'SigningKeysTable', 'page-cursor'),

    orders,
    place: (lines: readonly RequestedLine[], request: string) =>
      placeOrder(
        { orders, workflow, newId: ulid, now, onStartLost() {} },
        {
          customerId: CUSTOMER,
          lines,
          paymentToken: PAYMENT_TOKEN,
          correlationId: CORRELATION,
          // As long as the digests that they are.
          request: request.padEnd(43, '.'),
          content: ''.padEnd(43, '1'),
        },
      ),
    cancel: (orderId: string) =>
      cancelOrder({ orders, inventory, approvals, workflow, now }, { orderId, customerId: CUSTOMER }),
    requestApproval: (orderId: string) =>
      requestApproval(
        { orders, approvals, workflow, notifications, now },
        // As long as the tokens of Step Functions often are.
        { ...task(orderId), taskToken: ''.padEnd(600, 't') },
      ),
    decide: (orderId: string) =>
      decideApproval(
        { orders, approvals, workflow, now },
        { orderId, decision: 'approve', decidedBy: 'a member of the staff' },
      ),

    validate: (orderId: string) =>
      validateOrder(
        { orders, items: catalogueItems(documents, 'ItemsTable'), now, approvalAmount: 0 },
        task(orderId),
      ),
    checkInventory: (orderId: string) => checkInventory({ orders, inventory, now }, task(orderId)),
    pay: (orderId: string, { declined = false } = {}) =>
      processPayment({ orders, ledger, payments: provider(declined), now }, task(orderId)),
    confirm: (orderId: string) =>
      sendConfirmation({ orders, confirmations, notifications, newClaim: ulid, now }, task(orderId)),
    receipt: (orderId: string) => recordConfirmation({ confirmations, now }, { orderId }),
    sell: (orderId: string) => updateInventory({ orders, inventory, now }, task(orderId)),
    complete: (orderId: string) => completeOrder({ orders, now }, task(orderId)),
    async undo(orderId: string, Cause: string) {
      const failure = { Error: 'Error', Cause };
      await refundPayment({ orders, ledger, payments: provider(false), now }, { ...task(orderId), failure });
      await releaseInventory({ orders, inventory, now }, task(orderId));
      await failOrder({ orders, now }, task(orderId));
    },

    /** Ten minutes later, when executions still run. */
    sweep: () =>
      sweepOrders(
        {
          orders,
          unfinished: unfinishedOrders(database),
          approvals,
          workflow,
          lease: leaseTable(documents, 'OrdersTable', { orderId: 'lease#sweeper', record: 'lease' }),
          newOwner: ulid,
          now: () => new Date(NOW.getTime() + 600_000),
        },
        { remainingTimeMs: () => 60_000 },
        (_, error) => {
          throw error;
        },
        () => {},
      ),
    /** One page of the keys of requests, none of which has expired. */
    cleanUpPage: () => recordsTable(documents, 'ItemsIdempotencyTable').expired(NOW, undefined),
    cleanUp: () =>
      walkedKind(
        expiredRecords('requestKeys', recordsTable(documents, 'ItemsIdempotencyTable')),
        positionsTable(documents, 'SchedulesTable'),
      ).clean({ cutOff: NOW, dryRun: false, remainingTimeMs: () => 60_000, onFailure() {} }),
  };
  return {
    ...shop,
    /** Places an order and brings it to its end; answers its id. */
    async fulfil(lines: readonly RequestedLine[], request: string): Promise<string> {
      const { id } = await shop.place(lines, request);
      const { validate, checkInventory, pay, confirm, sell, complete } = shop;
      for (const step of [validate, checkInventory, pay, confirm, sell, complete]) await step(id);
      return id;
    },
  };
}
