/** An order as a test places it. */
export interface TestOrder {
  readonly id: string;
  readonly placedAt: string;
  readonly end: 'COMPLETE' | 'FAILED' | undefined;
  readonly lines: readonly {
    readonly itemId: string;
    readonly category: string;
    readonly quantity: number;
    readonly price: number;
  }[];
}

const CATEGORIES = ['lighting', 'floor', 'garden', ''];

/** The same orders each time, on three days; of eight, six are complete, one has failed and one is on its way. */
export function someOrders(count: number): TestOrder[] {
  const random = randomNumbers(7);
  return Array.from({ length: count }, (_, index) => ({
    id: `order-${index}`,
    placedAt: new Date(Date.UTC(2026, 10, 1 + (index % 3), random(24), random(60))).toISOString(),
    end: index % 8 === 0 ? 'FAILED' : index % 8 === 1 ? undefined : 'COMPLETE',
    lines: Array.from({ length: 1 + random(4) }, () => {
      const item = random(40);
      return {
        itemId: `item-${item}`,
        category: CATEGORIES[item % CATEGORIES.length] ?? '',
        quantity: 1 + random(5),
        price: 1 + random(99_999),
      };
    }),
  }));
}

/** What the bus says of the orders, in the order in which it happened to each. */
export function eventsOf(orders: readonly TestOrder[]): { type: string; detail: object; body: string }[] {
  return orders.flatMap((order) => {
    const { id, placedAt, end } = order;
    const given = { id, customerId: 'alice', placedAt };
    const asked = order.lines.map(({ itemId, quantity }) => ({ itemId, quantity }));
    const priced = order.lines.map(({ itemId, quantity, category, price }) => ({
      itemId,
      quantity,
      name: `The ${itemId}`,
      ...(category && { category }),
      unitPrice: { amount: price, currency: 'EUR' },
    }));
    const total = order.lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    const placed = event(id, 'OrderPlaced', placedAt, { ...given, lines: asked });
    if (end === 'COMPLETE') {
      const data = { ...given, lines: priced, total: { amount: total, currency: 'EUR' } };
      return [placed, event(id, 'OrderCompleted', placedAt, data)];
    }
    const data = { ...given, lines: asked, reason: 'OUT_OF_STOCK' };
    return end ? [placed, event(id, 'OrderFailed', placedAt, data)] : [placed];
  });
}

function event(id: string, type: string, occurredAt: string, data: object) {
  const metadata = { eventId: `${id}-${type}`, occurredAt, correlationId: id, version: 1 };
  const detail = { metadata, data };
  const body = JSON.stringify({ source: 'shop.orders', 'detail-type': type, detail });
  return { type, detail, body };
}

/** The list in another order, the same each time for the same seed. */
export function shuffled<Entry>(entries: readonly Entry[], seed: number): Entry[] {
  const random = randomNumbers(seed);
  return entries
    .map((entry) => ({ entry, place: random(1_000_000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ entry }) => entry);
}

/** Whole numbers below a limit. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}
