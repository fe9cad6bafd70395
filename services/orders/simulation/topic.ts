import { type Notifications, NotSent } from '../src/domain/confirm-order.ts';
import type { StoredOrder } from '../src/domain/order.ts';
import type { Faults } from './faults.ts';
import type { Invocation } from './functions.ts';
import { type Network, noAnswer } from './network.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Of the receipt that every message brings: a later one would come when the claim has lapsed for good. */
const FIRST_RECEIPT_WITHIN_MS = 5_000;
const LATE_RECEIPT_WITHIN_MS = 600_000;

/** Brings a receipt to the function that records it; nothing goes wrong with one that is `needed`. */
export type Deliver = (orderId: string, isNeeded: boolean) => void;

/** The topic: it counts what was published, and delivers receipts at least once and in any order. */
export class Topic {
  /** Messages by the id of their order. */
  readonly published = new Map<string, number>();
  readonly #world: { time: VirtualTime; random: Random; faults: Faults; network: Network; deliver: Deliver };

  constructor(world: {
    time: VirtualTime;
    random: Random;
    faults: Faults;
    network: Network;
    deliver: Deliver;
  }) {
    this.#world = world;
  }

  /** What an invocation publishes with: a message goes out within its time, or never. */
  notificationsOf(invocation: Invocation): Notifications {
    const { faults, network } = this.#world;
    return {
      confirm: async (order: StoredOrder, { timeoutMs }) => {
        const took = network.latency();
        if (faults.strikes('publishRefused')) {
          await network.pass(invocation, Math.min(took, timeoutMs));
          network.note(invocation, 'Publish … publishRefused');
          throw new NotSent('The topic refused the message.');
        }
        if (took > timeoutMs || faults.strikes('publishLost')) {
          network.note(invocation, 'Publish … publishLost');
          await network.pass(invocation, timeoutMs);
          throw noAnswer();
        }
        if (faults.strikes('crashBefore')) return network.crash(invocation);
        await network.pass(invocation, took);
        this.#publish(order.id);
        network.note(invocation, 'Publish');
        if (faults.strikes('crashAfter')) return network.crash(invocation);
        if (faults.strikes('publishReplyLost')) {
          network.note(invocation, 'Publish … publishReplyLost');
          await network.pass(invocation, timeoutMs - took);
          throw noAnswer();
        }
        await network.pass(invocation, network.latency());
      },
    };
  }

  #publish(orderId: string): void {
    const { random, faults } = this.#world;
    this.published.set(orderId, (this.published.get(orderId) ?? 0) + 1);
    void this.#bring(orderId, random.between(5, FIRST_RECEIPT_WITHIN_MS), true);
    if (faults.strikes('receiptDuplicated')) void this.#bring(orderId, random.between(5, 10_000), false);
    if (faults.strikes('receiptLate')) {
      void this.#bring(orderId, random.between(10_000, LATE_RECEIPT_WITHIN_MS), false);
    }
  }

  async #bring(orderId: string, milliseconds: number, isNeeded: boolean): Promise<void> {
    await this.#world.time.sleep(milliseconds);
    this.#world.deliver(orderId, isNeeded);
  }
}
