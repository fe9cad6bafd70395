import { table } from '../../../bench/report.ts';
import { outcome } from '../../rehearse/rehearsal.ts';
import { euros, ITEMS, type ItemName, ORDERS, type OrderCase, type OrderName } from '../cases.ts';
import type { Step, Telling } from '../story.ts';
import type { World } from '../world.ts';

interface Account {
  readonly name: OrderName;
  readonly id: string;
  readonly status: string;
  /** In cents. */
  readonly captured: number;
  readonly refunded: number;
  readonly events: readonly string[];
  readonly reservation: { readonly state: string; readonly lines: readonly Line[] };
}
interface Line {
  readonly itemId: string;
  readonly quantity: number;
}

const NAMES = Object.keys(ORDERS) as OrderName[];

export const books: Step<World> = {
  name: 'books',
  title: 'The books',
  async run(world, telling) {
    const accounts = await Promise.all(NAMES.map((name) => accountOf(world, name)));
    const stock = await tellStock(world, telling, accounts);
    const kept = tellMoney(telling, accounts);

    const from = (await world.order('paid')).placedAt.slice(0, 10);
    const revenue = await outcome('all sales in the report', world.signal, async () => {
      const seen = await world.sales(from);
      return { seen, done: seen.amount >= kept };
    });
    telling.check(
      `the report has ${euros(kept)} of revenue from 3 orders`,
      { orders: 3, amount: kept },
      {
        orders: revenue.orders,
        amount: revenue.amount,
      },
    );
    const { data } = await world.customer.GET('/orders');
    telling.check(
      'the customer has these five orders and no other',
      accounts.map(({ id }) => id).sort(),
      data.orders.map(({ id }) => id).sort(),
    );
    return { stock, orders: accounts, revenue: revenue.amount };
  },
};

async function accountOf(world: World, name: OrderName): Promise<Account> {
  const { id } = await world.order(name);
  const { order, reservation } = await world.records(id);
  const charges = await world.charges(id);
  const sum = (states: readonly string[]) =>
    charges
      .filter(({ state }) => states.includes(state))
      .reduce((total, { amount }) => total + amount.amount, 0);
  return {
    ...{ name, id, status: String(order?.status) },
    ...{ captured: sum(['CAPTURED', 'REFUNDED']), refunded: sum(['REFUNDED']) },
    events: await world.finalEvents(id),
    reservation: reservation as unknown as Account['reservation'],
  };
}

async function tellStock(world: World, { say, check }: Telling, accounts: readonly Account[]) {
  const rows = await Promise.all(
    (Object.keys(ITEMS) as ItemName[]).map(async (item) => {
      const id = world.itemId(item);
      const { data } = await world.editor.GET('/items/{id}', { params: { path: { id } } });
      const held = (state: string) =>
        accounts
          .filter(({ reservation }) => reservation.state === state)
          .flatMap(({ reservation }) => reservation.lines)
          .filter(({ itemId }) => itemId === id)
          .reduce((sum, { quantity }) => sum + quantity, 0);
      return { item, stock: data.stock, reserved: held('RESERVED'), sold: held('COMMITTED') };
    }),
  );
  say(
    table(
      ['item', 'initial', '=', 'stock', '+ reserved', '+ sold'],
      rows.map(({ item, stock, reserved, sold }) => [
        ITEMS[item].name,
        ...[String(ITEMS[item].stock), '', String(stock), String(reserved), String(sold)],
      ]),
    ),
  );
  for (const { item, stock, reserved, sold } of rows) {
    const { name, stock: initial } = ITEMS[item];
    check(`${name}: stock + reserved + sold is the initial ${initial}`, initial, stock + reserved + sold);
    const ordered = NAMES.map((each): OrderCase => ORDERS[each])
      .filter(({ status }) => status === 'COMPLETE')
      .reduce((sum, { quantities }) => sum + quantities[item], 0);
    check(
      `${name}: ${ordered} are sold, by complete orders`,
      { reserved: 0, sold: ordered },
      { reserved, sold },
    );
  }
  return rows;
}

/** Answers what was captured and not given back, in cents. */
function tellMoney({ say, check }: Telling, accounts: readonly Account[]): number {
  say(
    table(
      ['order', 'status', 'captured', 'refunded', 'kept', 'final events'],
      accounts.map(({ name, status, captured, refunded, events }) => [
        ...[name, status, euros(captured), euros(refunded), euros(captured - refunded)],
        String(events.length),
      ]),
    ),
  );
  for (const { name, captured, refunded, events } of accounts) {
    const { status, total, event }: OrderCase = ORDERS[name];
    const due = status === 'COMPLETE' ? total : 0;
    check(
      `${name}: ${euros(due)} stays with the shop, and there is one final event`,
      [due, [event]],
      [captured - refunded, events],
    );
  }
  return accounts.reduce((sum, { captured, refunded }) => sum + captured - refunded, 0);
}
