import '../../../shared/testing/environment.ts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { leaseTable } from '../../../shared/lease-table.ts';
import { inShape } from '../../../shared/middleware/shape.ts';
import { approvalsTable } from '../src/adapters/approvals-table.ts';
import { catalogueItems } from '../src/adapters/catalogue-items.ts';
import { confirmationsTable } from '../src/adapters/confirmations-table.ts';
import { inventoryTable } from '../src/adapters/inventory-table.ts';
import { ledgerTable } from '../src/adapters/ledger-table.ts';
import { orderWorkflow } from '../src/adapters/order-workflow.ts';
import { ordersTable } from '../src/adapters/orders-table.ts';
import { sandboxPayments } from '../src/adapters/sandbox-payments.ts';
import { unfinishedOrders } from '../src/adapters/unfinished-orders.ts';
import * as abandonOrders from '../src/handlers/abandon-orders.ts';
import * as cancelOrder from '../src/handlers/cancel-order.ts';
import * as checkInventory from '../src/handlers/check-inventory.ts';
import * as completeOrder from '../src/handlers/complete-order.ts';
import * as decideApproval from '../src/handlers/decide-approval.ts';
import * as failOrder from '../src/handlers/fail-order.ts';
import * as placeOrder from '../src/handlers/place-order.ts';
import * as processPayment from '../src/handlers/process-payment.ts';
import * as recordConfirmation from '../src/handlers/record-confirmation.ts';
import * as refundPayment from '../src/handlers/refund-payment.ts';
import * as releaseInventory from '../src/handlers/release-inventory.ts';
import * as requestApproval from '../src/handlers/request-approval.ts';
import * as sendConfirmation from '../src/handlers/send-confirmation.ts';
import * as sweepOrders from '../src/handlers/sweep-orders.ts';
import { approvalTask, orderTask, undoTask } from '../src/handlers/task-schemas.ts';
import * as updateInventory from '../src/handlers/update-inventory.ts';
import * as validateOrder from '../src/handlers/validate-order.ts';
import { type Command, describeCommand, orderIdIn } from './commands.ts';
import type { Database } from './database.ts';
import type { Invocation } from './functions.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Topic } from './topic.ts';
import type { VirtualTime } from './virtual-time.ts';
import { STATE_MACHINE_ARN, type WorkflowEngine } from './workflow-engine.ts';

export interface Deployment {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly network: Network;
  readonly database: Database;
  /** Which of the database's worlds this is. */
  readonly world: number;
  readonly engine: WorkflowEngine;
  readonly topic: Topic;
  readonly tables: { readonly orders: string; readonly items: string };
  readonly approvalAmount: number;
  /** The number of an order by its id. */
  readonly orderOf: (orderId: string | undefined) => number | undefined;
  /** Told of the id that an invocation gives to a new order. */
  readonly onNewOrder: (orderId: string, order: number | undefined) => void;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Only asked what it is: commands go to the simulated network. */
const documentClient = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-west-1' }));

/** The functions as one invocation of one of them sees them: the real handlers with the real adapters. */
export function functionsFor(deployment: Deployment, invocation: Invocation) {
  const { time, random, network, database: engine, world, topic, tables, orderOf } = deployment;
  const documents: DynamoDBDocumentClient = Object.assign(Object.create(documentClient), {
    send(command: Command) {
      const { operation, ...described } = describeCommand(command);
      const order = invocation.start.order ?? orderOf(orderIdIn(command.input));
      // The SDK names each transaction, so that the service knows one that it tries again. The engine remembers the
      // names for ten minutes of its own time, in which the same seed may make another world in it.
      const isTransaction = described.kind === 'transaction';
      const input = isTransaction
        ? { ...command.input, ClientRequestToken: `${random.ulid(time.now())}-${world}` }
        : command.input;
      return network.call(invocation, { ...described, order, perform: () => engine.call(operation, input) });
    },
  });
  const client = {
    send(command: Command) {
      const operation = command.constructor.name.replace(/Command$/, '');
      return network.call(invocation, {
        kind: operation === 'StartExecution' ? 'start' : 'workflow',
        text: operation,
        order: invocation.start.order ?? orderOf(orderIdIn(command.input)),
        perform: () => deployment.engine.send(command),
      });
    },
  };

  const database = {
    documents,
    ordersTable: tables.orders,
    itemsTable: tables.items,
    pause: () => network.pass(invocation, random.between(10, 200)),
  };
  const now = time.date;
  const newId = () => random.ulid(time.now());
  const orders = ordersTable(database);
  const inventory = inventoryTable(database);
  const ledger = ledgerTable(database);
  const approvals = approvalsTable(database);
  const confirmations = confirmationsTable(database);
  const workflow = orderWorkflow(client as Parameters<typeof orderWorkflow>[0], STATE_MACHINE_ARN);
  const payments = sandboxPayments({
    documents,
    tableName: tables.orders,
    pause: () => network.pass(invocation, network.latency()),
    now,
    newId,
  });
  const notifications = { askApproval: async () => {} };
  const task = (payload: unknown) => inShape(orderTask, payload, 'The input of the task');

  return {
    tasks: {
      validateOrder: (payload: unknown) =>
        validateOrder.respondWith({
          orders,
          items: catalogueItems(documents, tables.items),
          now,
          approvalAmount: deployment.approvalAmount,
        })(task(payload)),
      requestApproval: (payload: unknown) =>
        requestApproval.respondWith({ orders, approvals, workflow, notifications, now })(
          inShape(approvalTask, payload, 'The input of the task'),
        ),
      checkInventory: (payload: unknown) =>
        checkInventory.respondWith({ orders, inventory, now })(task(payload)),
      processPayment: (payload: unknown) =>
        processPayment.respondWith({ orders, ledger, payments, now })(task(payload)),
      sendConfirmation: (payload: unknown) =>
        sendConfirmation.respondWith({
          orders,
          confirmations,
          notifications: topic.notificationsOf(invocation),
          newClaim: newId,
          now,
        })(task(payload)),
      updateInventory: (payload: unknown) =>
        updateInventory.respondWith({ orders, inventory, now })(task(payload)),
      completeOrder: (payload: unknown) => completeOrder.respondWith({ orders, now })(task(payload)),
      refundPayment: (payload: unknown) =>
        refundPayment.respondWith({ orders, ledger, payments, now })(
          inShape(undoTask, payload, 'The input of the task'),
        ),
      releaseInventory: (payload: unknown) =>
        releaseInventory.respondWith({ orders, inventory, now })(task(payload)),
      failOrder: (payload: unknown) => failOrder.respondWith({ orders, now })(task(payload)),
    } as Readonly<Record<string, (payload: unknown) => Promise<unknown>>>,

    placeOrder: placeOrder.respondWith({
      orders,
      workflow,
      newId() {
        const id = newId();
        deployment.onNewOrder(id, invocation.start.order);
        return id;
      },
      now,
      onStartLost: () => network.note(invocation, 'the start is lost'),
    }),
    cancelOrder: cancelOrder.respondWith({ orders, inventory, approvals, workflow, now }),
    decideApproval: decideApproval.respondWith({ orders, approvals, workflow, now }),
    recordConfirmation: recordConfirmation.respondWith({ confirmations, now }),
    // Its clock is a week ahead, so that it finds every order abandoned that is not paid for yet.
    abandonOrders: abandonOrders.respondWith({
      ...{ orders, inventory, approvals, workflow },
      unfinished: unfinishedOrders(database),
      now: () => new Date(time.now() + 8 * DAY_MS),
    }),
    sweepOrders: sweepOrders.respondWith({
      orders,
      unfinished: unfinishedOrders(database),
      approvals,
      workflow,
      lease: leaseTable(documents, tables.orders, { orderId: 'lease#sweeper', record: 'lease' }),
      newOwner: newId,
      now,
    }),
  };
}
