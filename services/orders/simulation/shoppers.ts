import type { Outcome } from '../../../offline/lambda/instance.ts';
import type { Item, World } from './world.ts';

/** An order as its customer knows it. */
export interface Purchase {
  readonly number: number;
  readonly customerId: string;
  readonly key: string;
  readonly lines: readonly { readonly itemId: string; readonly quantity: number }[];
  readonly token: string;
  /** What the answers to its request called it; more than one id is an order placed twice. */
  readonly ids: Set<string>;
  /** Somebody was told that it is cancelled. */
  wasCancelled: boolean;
}

const MINUTE_MS = 60_000;
const PLACED_WITHIN_MS = 5 * MINUTE_MS;
const POST_ATTEMPTS = 4;
const TOKENS = ['tok_ok', 'tok_ok', 'tok_ok', 'tok_ok', 'tok_flaky', 'tok_timeout', 'tok_declined'];

/** A catalogue in which some things are scarce. */
export function stockItems({ random }: World, count: number): Item[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `item-${index}`,
    name: `Item ${index}`,
    category: 'simulated',
    price: { amount: random.between(100, 30_000), currency: random.chance(0.04) ? 'USD' : 'EUR' },
    stock: random.chance(0.5) ? random.between(1, 12) : 500,
  }));
}

export function purchase({ random }: World, number: number, items: readonly Item[]): Purchase {
  const wanted = new Set(Array.from({ length: random.between(1, 3) }, () => random.pick(items).id));
  if (random.chance(0.03)) wanted.add('item-unknown');
  return {
    number,
    customerId: `customer-${random.between(1, 4)}`,
    key: `key-${number}`,
    lines: [...wanted].map((itemId) => ({ itemId, quantity: random.between(1, 4) })),
    token: random.pick(TOKENS),
    ids: new Set(),
    wasCancelled: false,
  };
}

/** All that one customer does about one order. */
export async function shop(world: World, bought: Purchase): Promise<void> {
  const { random, faults, time } = world;
  await time.sleep(random.between(0, PLACED_WITHIN_MS));
  if (faults.strikes('postConcurrently')) void later(random.between(0, 60), place);
  if (faults.strikes('postDuplicated')) void later(random.between(100, 10 * MINUTE_MS), place);
  if (faults.strikes('cancelled')) {
    void (random.chance(0.3) ? later(random.between(50, 10 * MINUTE_MS), cancel) : cancelUnderWay());
  }
  if (world.hasApprovals) void decide();
  await place();

  async function later(milliseconds: number, act: () => Promise<void>): Promise<void> {
    await time.sleep(milliseconds);
    await act();
  }

  async function place(): Promise<void> {
    const { number, customerId, key, lines, token } = bought;
    const request = { ...requestOf(customerId), headers: { 'idempotency-key': key }, path: undefined };
    const body = { lines, payment: { token } };
    for (let attempt = 1; attempt <= POST_ATTEMPTS; attempt += 1) {
      const outcome = await world.invoke('placeOrder', number, (code) =>
        code.placeOrder({ ...request, body }),
      );
      const answer = answerOf(outcome);
      if (answer) {
        bought.ids.add(String(answer.json?.id));
        return;
      }
      await time.sleep(random.between(100, 4_000));
    }
  }

  /** Just when the order is moved. */
  async function cancelUnderWay(): Promise<void> {
    const moves = random.between(1, 12);
    for (let move = 1; move <= moves; move += 1) await world.nextMove(bought.number);
    await cancel();
  }

  async function cancel(): Promise<void> {
    for (const id of world.idsOf(bought.number)) {
      const request = { ...requestOf(bought.customerId), headers: {}, path: { id }, body: undefined };
      const outcome = await world.invoke('cancelOrder', bought.number, (code) => code.cancelOrder(request));
      if (answerOf(outcome)) bought.wasCancelled = true;
    }
  }

  /** Somebody looks again and again whether there is something to decide, until it is decided. */
  async function decide(): Promise<void> {
    const decision = random.chance(0.8) ? 'approve' : 'decline';
    for (let look = 1; look <= 200; look += 1) {
      await time.sleep(random.between(MINUTE_MS / 4, 3 * MINUTE_MS));
      for (const id of world.idsOf(bought.number)) {
        const request = { ...requestOf('staff'), headers: {}, path: { id }, body: { decision } } as const;
        const outcome = await world.invoke('decideApproval', bought.number, (code) =>
          code.decideApproval(request),
        );
        if (answerOf(outcome) && random.chance(0.7)) return;
      }
    }
  }
}

const requestOf = (caller: string) => ({
  caller,
  query: undefined,
  correlationId: 'simulated',
  remainingTimeMs: 10_000,
});

function answerOf(outcome: Outcome): { readonly json?: { readonly id?: string } } | undefined {
  return 'payload' in outcome ? JSON.parse(outcome.payload) : undefined;
}
