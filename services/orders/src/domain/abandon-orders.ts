import { type Approvals, answerCancelled } from './approve-order.ts';
import { isFinal } from './order.ts';
import { OrderMoved } from './order-errors.ts';
import type { Inventory, Orders } from './orders.ts';
import type { UnfinishedOrders } from './sweep-orders.ts';
import type { Workflow } from './workflow.ts';

export interface AbandonDependencies {
  readonly orders: Pick<Orders, 'find'>;
  readonly unfinished: Pick<UnfinishedOrders, 'placedBefore'>;
  readonly inventory: Pick<Inventory, 'cancel'>;
  readonly approvals: Pick<Approvals, 'find'>;
  readonly workflow: Pick<Workflow, 'answer'>;
  readonly now: () => Date;
}

export interface AbandonRequest {
  /** The time that the caller goes by; the earlier of this and the own clock counts. */
  readonly time: Date | undefined;
  /** Only count. */
  readonly dryRun: boolean;
  readonly remainingTimeMs: () => number;
}

/** What was seen and done; `isWhole` says that no order is left which could be abandoned now. */
export interface Abandonment {
  readonly seen: number;
  readonly abandoned: number;
  readonly failed: number;
  readonly isWhole: boolean;
}

/** An approval is waited for three days, and the sweep pauses for hours; what is older goes forward no more. */
const ABANDONED_AFTER_MS = 7 * 24 * 60 * 60 * 1_000;
const MOST_AT_ONCE = 500;
const MARGIN_MS = 5_000;

/**
 * Cancels orders that have not come to an end for a week, by the rules of a cancellation: none whose payment has
 * begun, and none that is being undone. What they hold goes back.
 */
export async function abandonOrders(
  { orders, unfinished, inventory, approvals, workflow, now }: AbandonDependencies,
  { time, dryRun, remainingTimeMs }: AbandonRequest,
  onFailure: (orderId: string, error: unknown) => void,
): Promise<Abandonment> {
  const at = Math.min(now().getTime(), time?.getTime() ?? Number.POSITIVE_INFINITY);
  const before = new Date(at - ABANDONED_AFTER_MS).toISOString();
  const count = { seen: 0, abandoned: 0, failed: 0 };
  for await (const ids of unfinished.placedBefore(before)) {
    for (const id of ids) {
      if (remainingTimeMs() < MARGIN_MS || count.abandoned === MOST_AT_ONCE)
        return { ...count, isWhole: false };
      count.seen += 1;
      try {
        if (await abandon(id)) count.abandoned += 1;
      } catch (error) {
        count.failed += 1;
        onFailure(id, error);
      }
    }
  }
  return { ...count, isWhole: true };

  async function abandon(id: string): Promise<boolean> {
    const order = await orders.find(id);
    if (!order || isFinal(order) || order.undoing || order.paymentStartedAt) return false;
    if (dryRun) return true;
    try {
      await inventory.cancel(order, 'ABANDONED', { at: now().toISOString(), attempt: 1 });
    } catch (error) {
      // It goes on after all.
      if (error instanceof OrderMoved) return false;
      throw error;
    }
    await answerCancelled({ approvals, workflow }, id, 'ABANDONED');
    return true;
  }
}
