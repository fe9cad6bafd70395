import { fileURLToPath } from 'node:url';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Outcome } from '../../../offline/lambda/instance.ts';
import { readYaml } from '../../../tools/cloudformation-yaml.ts';
import { type Change, type Database, type Row, tableCreation } from './database.ts';
import { type Deployment, functionsFor } from './deployed.ts';
import { Faults } from './faults.ts';
import { Functions, type Invocation, type InvocationStart } from './functions.ts';
import { Network } from './network.ts';
import { type Random, randomFrom } from './random.ts';
import { Topic } from './topic.ts';
import { Trace } from './trace.ts';
import { VirtualTime } from './virtual-time.ts';
import { WorkflowEngine } from './workflow-engine.ts';

const START = Date.parse('2026-01-05T08:00:00Z');
const DEFAULT_TIMEOUT_S = 10;

const declared = (file: string) => readYaml(fileURLToPath(new URL(`../${file}`, import.meta.url)));
const { functions: declaredFunctions } = declared('serverless.yml') as {
  functions: Readonly<Record<string, { readonly timeout?: number }>>;
};
const { Resources } = declared('resources.yml') as {
  Resources: { OrdersTable: { Properties: CreateTableCommandInput } };
};

/** What services/items keeps of an item, as far as orders see it. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly price: { readonly amount: number; readonly currency: string };
  readonly stock: number;
}

/** The steps forward: when one of them fails for good, the order is undone. */
const MAY_BREAK = [
  'checkInventory',
  'processPayment',
  'sendConfirmation',
  'updateInventory',
  'completeOrder',
];

type Code = ReturnType<typeof functionsFor>;

/** The whole shop that one seed makes: services, network and time, and functions to invoke. */
export class World {
  readonly random: Random;
  readonly time = new VirtualTime(START);
  readonly trace = new Trace(() => this.time.now());
  readonly faults: Faults;
  readonly engine: WorkflowEngine;
  readonly topic: Topic;
  readonly tables: { readonly orders: string; readonly items: string; readonly restocks: string };
  readonly #database: Database;
  readonly #functions: Functions;
  readonly #network: Network;
  readonly #deployment: Deployment;
  readonly #orders = new Map<string, number>();
  /** By order and function, once it was attempted. */
  readonly #attempts = new Map<string, 'sound' | 'broken'>();

  constructor(seed: number, database: Database) {
    const suffix = database.nextSuffix();
    this.random = randomFrom(seed);
    this.#database = database;
    this.faults = new Faults(this.random, seed);
    this.tables = { orders: `orders-${suffix}`, items: `items-${suffix}`, restocks: `restocks-${suffix}` };
    this.#functions = new Functions(this);
    this.#network = new Network(this);
    this.engine = new WorkflowEngine({
      time: this.time,
      random: this.random,
      invoke: (key, payload) => this.#runTask(key, payload),
    });
    this.topic = new Topic({
      time: this.time,
      random: this.random,
      faults: this.faults,
      network: this.#network,
      deliver: (orderId, isNeeded) => void this.#deliver(orderId, isNeeded),
    });
    this.#deployment = {
      ...{ time: this.time, random: this.random, network: this.#network, database, world: suffix },
      ...{ engine: this.engine, topic: this.topic, tables: this.tables },
      approvalAmount: this.random.pick([0, 0, 60_000]),
      orderOf: (orderId) => (orderId === undefined ? undefined : this.#orders.get(orderId)),
      onNewOrder: (orderId, order) => {
        if (order !== undefined) this.#orders.set(orderId, order);
      },
    };
  }

  get hasApprovals(): boolean {
    return this.#deployment.approvalAmount > 0;
  }

  async open(definition: string, items: readonly Item[]): Promise<void> {
    const { orders, items: itemsTable, restocks } = this.tables;
    const byId = {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }],
    };
    for (const [name, like] of [
      [orders, Resources.OrdersTable.Properties],
      [itemsTable, byId],
      [restocks, byId],
    ] as const) {
      await this.#database.call('CreateTable', tableCreation(name, like as CreateTableCommandInput));
    }
    for (const Item of items) await this.#database.call('PutItem', { TableName: itemsTable, Item });
    await this.engine.create(definition);
  }

  async close(): Promise<void> {
    this.engine.close();
    for (const TableName of Object.values(this.tables)) {
      await this.#database.call('DeleteTable', { TableName });
    }
  }

  rows(table: keyof World['tables']): Promise<readonly Row[]> {
    return this.time.during(() => this.#database.rows(this.tables[table]));
  }

  changes(table: 'orders' | 'items'): Promise<readonly Change[]> {
    return this.time.during(() => this.#database.changes(this.tables[table]));
  }

  /** The number of the order with the id. */
  orderOf(orderId: string): number | undefined {
    return this.#orders.get(orderId);
  }

  /** The ids that were given to the order; more than one when its request was repeated. */
  idsOf(order: number): readonly string[] {
    return [...this.#orders].filter(([, number]) => number === order).map(([id]) => id);
  }

  /** Resolves when something is written for the order next. */
  nextMove(order: number): Promise<void> {
    return this.#network.nextMove(order);
  }

  /** Invokes a function that is not a task. */
  invoke(
    name: string,
    order: number | undefined,
    work: (code: Code, invocation: Invocation) => Promise<unknown>,
    options: Pick<InvocationStart, 'isCalm'> = {},
  ): Promise<Outcome> {
    return this.#run({ name, order, ...options }, work);
  }

  /** A call that is made from outside of the orders service. */
  async write(text: string, operation: string, input: object): Promise<void> {
    const kind = operation === 'TransactWriteItems' ? 'transaction' : 'write';
    await this.#run({ name: text, order: undefined, isCalm: true }, (_, invocation) =>
      this.#network.call(invocation, {
        ...{ kind, text, order: undefined },
        perform: () => this.#database.call(operation, input),
      }),
    );
  }

  async #runTask(key: string, payload: unknown): Promise<Outcome> {
    const { orderId } = payload as { orderId?: string };
    const order = this.#orders.get(orderId ?? '');
    const start = { name: key, order, isTask: true };
    const attempt = this.#attempts.get(`${order} ${key}`);
    if (attempt === undefined) {
      const isBroken = MAY_BREAK.includes(key) && this.faults.strikes('taskBroken');
      this.#attempts.set(`${order} ${key}`, isBroken ? 'broken' : 'sound');
      // Long after its first attempt has failed as well, that one goes on.
      if (isBroken) return await this.#run({ ...start, hangsAtCall: this.random.between(1, 6) }, perform);
    }
    if (attempt === 'broken' && !this.faults.isOver) {
      return await this.#run(start, async (_, invocation) => this.#network.crash(invocation));
    }
    return await this.#run(start, perform);

    async function perform({ tasks }: Code): Promise<unknown> {
      const task = tasks[key];
      if (!task) throw new Error(`There is no function ${key}.`);
      return await task(payload);
    }
  }

  async #deliver(orderId: string, isNeeded: boolean): Promise<void> {
    const order = this.#orders.get(orderId);
    const run = () =>
      this.invoke('recordConfirmation', order, (code) => code.recordConfirmation({ orderId }), {
        isCalm: isNeeded,
      });
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    for (const pauseMs of [60_000, 120_000, 0]) {
      if ('payload' in (await run())) return;
      await this.time.sleep(pauseMs);
    }
  }

  #run(
    start: Omit<InvocationStart, 'timeoutMs'>,
    work: (code: Code, invocation: Invocation) => Promise<unknown>,
  ): Promise<Outcome> {
    const timeoutMs = (declaredFunctions[start.name]?.timeout ?? DEFAULT_TIMEOUT_S) * 1_000;
    return this.#functions.run({ ...start, timeoutMs }, (invocation) =>
      work(functionsFor(this.#deployment, invocation), invocation),
    );
  }
}
