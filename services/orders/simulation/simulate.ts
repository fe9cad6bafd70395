import { examine, type Verdict } from './check.ts';
import type { Database, Row } from './database.ts';
import type { FaultKind } from './faults.ts';
import { purchase, shop, stockItems } from './shoppers.ts';
import type { TraceEvent } from './trace.ts';
import { type Item, World } from './world.ts';

const MINUTE_MS = 60_000;
/** When nothing goes wrong any more. */
const PLAN_MS = 20 * MINUTE_MS;
const SWEEP_EVERY_MS = 5 * MINUTE_MS;
const SWEEP_TIME_MS = 60_000;
/** What is still on its way when every order is final is there by then. */
const AFTERMATH_MS = 15 * MINUTE_MS;
const ITEMS = 6;

/** What became of the orders of one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly digest: string;
  /** How many orders ended so, by status and reason. */
  readonly endings: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly violations: readonly (Verdict & { readonly trace: readonly TraceEvent[] })[];
}

export interface Shop {
  readonly seed: number;
  readonly orders: number;
  /** The state machine, as JSON. */
  readonly definition: string;
  /** How long to wait for orders to end, in minutes of the simulated world. */
  readonly patienceMinutes: number;
}

/** Runs the orders of one seed through the whole flow, and examines what is left in the tables. */
export async function simulate(
  database: Database,
  { seed, orders, definition, patienceMinutes }: Shop,
): Promise<SeedResult> {
  const world = new World(seed, database);
  const items = stockItems(world, ITEMS);
  await world.open(definition, items);
  try {
    const purchases = Array.from({ length: orders }, (_, number) => purchase(world, number, items));
    for (const bought of purchases) void shop(world, bought);
    disturb(world, items);
    await live(world, patienceMinutes * MINUTE_MS);
    const evidence = {
      items,
      purchases,
      published: world.topic.published,
      crowded: world.engine.crowded,
      isCalm: world.faults.isCalm,
      orderOf: (id: string) => world.orderOf(id),
      orders: await world.rows('orders'),
      stock: await world.rows('items'),
      restocks: await world.rows('restocks'),
      orderChanges: await world.changes('orders'),
      itemChanges: await world.changes('items'),
    };
    const violations = examine(evidence).map((verdict) => ({
      ...verdict,
      trace: verdict.order === undefined ? [] : world.trace.of(verdict.order),
    }));
    return {
      seed,
      digest: world.trace.digest(),
      endings: endingsOf(evidence.orders),
      faults: world.faults.injected,
      violations,
    };
  } finally {
    await world.close();
  }
}

/** Lets time pass until every order is final, and everything that is late has come. */
async function live(world: World, patienceMs: number): Promise<void> {
  const { time, faults, random } = world;
  const start = time.now();
  for (let passed = 0; passed < patienceMs; ) {
    passed += SWEEP_EVERY_MS;
    await time.runUntil(start + passed);
    if (passed >= PLAN_MS) faults.end();
    if (passed > PLAN_MS && (await isAllFinal(world))) break;
    void sweep(world);
    if (faults.strikes('sweepOverlaps')) void time.sleep(random.between(0, 2_000)).then(() => sweep(world));
  }
  await time.runUntil(time.now() + AFTERMATH_MS);
}

async function isAllFinal(world: World): Promise<boolean> {
  const rows = await world.rows('orders');
  return rows.every(({ record, status }) => record !== 'order' || isFinal(status));
}

const isFinal = (status: unknown) => ['COMPLETE', 'FAILED', 'CANCELLED'].includes(String(status));

async function sweep(world: World): Promise<void> {
  const deadline = world.time.now() + SWEEP_TIME_MS;
  await world.invoke('sweepOrders', undefined, (code) =>
    code.sweepOrders({ remainingTimeMs: () => deadline - world.time.now() }),
  );
}

async function abandon(world: World): Promise<void> {
  const deadline = world.time.now() + SWEEP_TIME_MS;
  await world.invoke('abandonOrders', undefined, (code) =>
    code.abandonOrders(
      { dryRun: false },
      { time: undefined, remainingTimeMs: () => deadline - world.time.now() },
    ),
  );
}

/** What happens to the shop itself while orders are under way. */
function disturb(world: World, items: readonly Item[]): void {
  const { random, faults, time, engine, trace, tables } = world;
  const at = (act: () => Promise<void>) => void time.sleep(random.between(1_000, PLAN_MS / 2)).then(act);

  for (const { id } of items) {
    if (faults.strikes('itemDeleted')) {
      at(() => world.write(`delete ${id}`, 'DeleteItem', { TableName: tables.items, Key: { id } }));
    }
    if (faults.strikes('restocked')) at(() => restock(world, id, random.between(1, 20)));
  }
  if (faults.strikes('abandoned')) at(() => abandon(world));
  for (let time = 0; time < 4; time += 1) if (faults.strikes('engineKilled')) at(restartEngine);
  for (let time = 0; time < 20; time += 1) if (faults.strikes('executionAborted')) at(abortOne);

  async function restartEngine(): Promise<void> {
    if (!engine.kill()) return;
    trace.note(undefined, 'the engine is killed');
    await time.sleep(random.between(10, 20_000));
    engine.resume();
  }

  async function abortOne(): Promise<void> {
    const running = engine.running();
    if (running.length === 0) return;
    const name = random.pick(running);
    await time.during(() => engine.abort(name));
    trace.note(world.orderOf(name.slice(0, 26)), `execution ${name.slice(26)} is aborted`);
  }
}

/** As services/items does it: one transaction with the record of the request. */
async function restock(world: World, id: string, quantity: number): Promise<void> {
  const { tables, random, time } = world;
  await world.write(`restock ${id}`, 'TransactWriteItems', {
    TransactItems: [
      {
        Update: {
          TableName: tables.items,
          Key: { id },
          UpdateExpression: 'SET stock = stock + :quantity',
          ConditionExpression: 'attribute_exists(id)',
          ExpressionAttributeValues: { ':quantity': quantity },
        },
      },
      { Put: { TableName: tables.restocks, Item: { id: random.ulid(time.now()), itemId: id, quantity } } },
    ],
  });
}

function endingsOf(rows: readonly Row[]): Record<string, number> {
  const endings: Record<string, number> = {};
  for (const { record, status, reason } of rows) {
    if (record !== 'order') continue;
    const ending = [status, reason].filter(Boolean).join(' ');
    endings[ending] = (endings[ending] ?? 0) + 1;
  }
  return endings;
}
