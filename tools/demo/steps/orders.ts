import { outcome } from '../../rehearse/rehearsal.ts';
import { euros, ITEMS, type ItemName, ORDERS, type OrderCase, type OrderName } from '../cases.ts';
import { follow } from '../follow.ts';
import { type Moment, pathOf, waitsOf } from '../journey.ts';
import type { Step, Telling } from '../story.ts';
import type { World } from '../world.ts';
import { seconds } from '../writers.ts';

export const paid: Step<World> = {
  name: 'paid',
  title: 'An order that succeeds',
  async run(world, telling) {
    telling.say(
      'It is accepted at once. Then a workflow goes from state to state; times count from its start.',
    );
    const told = await tellOrder(world, telling, 'paid');
    const { confirmation } = await world.records(told.id);
    telling.check('its customer was sent a confirmation', 'SENT', confirmation?.state);
    const invoice = await outcome(`the invoice of order ${told.id}`, world.signal, async () => {
      const seen = await world.invoice(told.id);
      return { seen, done: seen !== undefined };
    });
    telling.say(`invoice: ${invoice?.place}, ${invoice?.bytes} bytes`);
    const revenue = await outcome(`order ${told.id} in the report`, world.signal, async () => {
      const seen = await world.sales(told.placedAt.slice(0, 10));
      return { seen, done: seen.amount >= ORDERS.paid.total };
    });
    telling.say(`report: ${euros(revenue.amount)} of revenue in this run's category`);
    return { ...told, invoice: invoice?.place, revenue: revenue.amount };
  },
};

export const declined: Step<World> = {
  name: 'declined',
  title: 'An order whose card is declined',
  run: (world, telling) => tellOrder(world, telling, 'declined'),
};

/** In milliseconds, as in the workflow, less what a timer may be early by the clock. */
const RETRY_WAITS = [1_990, 3_990];

export const flaky: Step<World> = {
  name: 'flaky',
  title: 'An order whose payment provider fails twice first',
  async run(world, telling) {
    const told = await tellOrder(world, telling, 'flaky');
    const waits = waitsOf(told.moments, 'ProcessPayment');
    telling.say(`the Retry of ProcessPayment waited ${waits.map(seconds).join(' and ')}`);
    telling.check(
      'the payment was tried again twice, after at least 2 and 4 seconds',
      [true, true],
      waits.map((wait, index) => wait >= (RETRY_WAITS[index] ?? Number.POSITIVE_INFINITY)),
    );
    return told;
  },
};

/** As many as the workflow tries: should this program be killed, the fault ends by itself. */
const ATTEMPTS = 7;
const FAULTS = [
  { service: 'lambda', function: 'updateInventory', fault: 'kill', milliseconds: 0, count: ATTEMPTS },
];

export const refunded: Step<World> = {
  name: 'refunded',
  title: 'An order that is paid and cannot be completed',
  async run(world, telling) {
    telling.say('A fault kills each run of updateInventory, which would sell what is reserved.');
    if (!world.isFast) {
      telling.say(
        'The workflow tries seven times. Its waits are random: 25 s in all on average, 51 s at most.',
      );
      return world.disturbed(FAULTS, () => tellOrder(world, telling, 'refunded'));
    }
    await world.disturbed(FAULTS, async () => {
      const { id } = await world.order('refunded');
      await follow(world, { ...telling, say() {} }, id, ({ kind }) => kind === 'failed');
      await world.undo(id);
    });
    telling.say('--fast: undone by hand after it has failed once; the workflow would try seven times.');
    return tellOrder(world, telling, 'refunded');
  },
};

interface Ended {
  readonly id: string;
  readonly placedAt: string;
  readonly status: string;
  readonly total: number;
  readonly moments: readonly Moment[];
}

const RESERVATIONS = {
  COMMITTED: 'what was reserved is sold',
  RELEASED: 'what was reserved is back in stock',
};
const CHARGES = {
  CAPTURED: 'it was charged once',
  VOIDED: 'nothing was charged, and nothing can be any more',
  REFUNDED: 'what was charged was given back',
};

/** Places the order, follows it to its end, and holds what became of it against its case. */
export async function tellOrder(world: World, telling: Telling, name: OrderName): Promise<Ended> {
  const expected: OrderCase = ORDERS[name];
  const { id, placedAt } = await world.order(name);
  const lines = (Object.keys(ITEMS) as ItemName[])
    .filter((item) => expected.quantities[item] > 0)
    .map((item) => `${expected.quantities[item]} × ${ITEMS[item].name}`);
  telling.say(`order ${id}: ${lines.join(', ')}, ${euros(expected.total)}, paid with ${expected.token}`);
  const moments = await follow(world, telling, id);

  const path = { params: { path: { id } } };
  const { data: order } = await world.customer.GET('/orders/{id}', path);
  telling.check(
    `it is ${expected.status}${expected.reason ? ` for ${expected.reason}` : ''}, over ${euros(expected.total)}`,
    { status: expected.status, reason: expected.reason, total: expected.total },
    { status: order.status, reason: order.reason, total: order.total?.amount },
  );
  telling.check(
    `it went through these ${expected.path.length} states, and no other`,
    expected.path,
    pathOf(moments),
  );
  const { reservation } = await world.records(id);
  telling.check(
    `${RESERVATIONS[expected.reservation]} (${expected.reservation})`,
    expected.reservation,
    reservation?.state,
  );
  const charges = await world.charges(id);
  telling.check(
    `${CHARGES[expected.charge]} (${expected.charge})`,
    [expected.charge],
    charges.map(({ state }) => state),
  );
  const events = await outcome(`the final event of order ${id}`, world.signal, async () => {
    const seen = await world.finalEvents(id);
    return { seen, done: seen.length > 0 };
  });
  telling.check(`${expected.event} is on the bus`, [expected.event], events);
  return { id, placedAt, status: order.status, total: expected.total, moments };
}
