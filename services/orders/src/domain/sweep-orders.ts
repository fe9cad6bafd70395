import { type Approvals, answerDecided } from './approve-order.ts';
import { isFinal, type StoredOrder } from './order.ts';
import { OrderMoved } from './order-errors.ts';
import type { Orders, Step } from './orders.ts';
import { executionName, type Workflow } from './workflow.ts';

/** Orders that have no final status. */
export interface UnfinishedOrders {
  /** Ids of those that were placed before a time (ISO 8601), page after page. */
  placedBefore(time: string): AsyncIterable<readonly string[]>;
  /** The order gets another execution, the one after `executions`. @throws OrderMoved when it has got it already */
  restart(order: StoredOrder, step: Step): Promise<void>;
}

/** A right that one process has at a time. */
export interface Lease {
  /** Whether it is free now, and from now on the owner's until a time; both in milliseconds since the epoch. */
  take(owner: string, now: number, until: number): Promise<boolean>;
  release(owner: string): Promise<void>;
}

export interface SweepDependencies {
  readonly orders: Pick<Orders, 'find'>;
  readonly unfinished: UnfinishedOrders;
  readonly approvals: Pick<Approvals, 'find'>;
  readonly workflow: Pick<Workflow, 'start' | 'stateOf' | 'answer'>;
  readonly lease: Lease;
  readonly newOwner: () => string;
  readonly now: () => Date;
}

/** What a sweep has seen and done; `isWhole` says that it came to the end of the unfinished orders. */
export interface Sweep {
  readonly seen: number;
  readonly started: number;
  readonly restarted: number;
  readonly failed: number;
  readonly isWhole: boolean;
}

/** What cannot be brought to its end is tried again, less and less often. */
const pauseMs = ({ executions }: StoredOrder) => Math.min(GRACE_MS * 2 ** (executions - 1), LONGEST_PAUSE_MS);
const LONGEST_PAUSE_MS = 6 * 60 * 60 * 1_000;

/** Younger orders are left to those who placed them. */
const GRACE_MS = 2 * 60 * 1_000;
const MARGIN_MS = 5_000;

/**
 * Brings orders to a final status whose execution was never started, or ended without one. One sweep runs at a time;
 * another one, and one without time, leaves the rest to the next.
 */
export async function sweepOrders(
  { orders, unfinished, approvals, workflow, lease, newOwner, now }: SweepDependencies,
  { remainingTimeMs }: { readonly remainingTimeMs: () => number },
  onFailure: (orderId: string, error: unknown) => void,
  onRevived: (order: StoredOrder) => void,
): Promise<Sweep | undefined> {
  const owner = newOwner();
  const began = now().getTime();
  if (!(await lease.take(owner, began, began + remainingTimeMs()))) return undefined;
  const count = { seen: 0, started: 0, restarted: 0, failed: 0 };
  try {
    for await (const ids of unfinished.placedBefore(new Date(began - GRACE_MS).toISOString())) {
      for (const id of ids) {
        if (remainingTimeMs() < MARGIN_MS) return { ...count, isWhole: false };
        count.seen += 1;
        try {
          const done = await revive(id);
          if (done) count[done] += 1;
        } catch (error) {
          count.failed += 1;
          onFailure(id, error);
        }
      }
    }
    return { ...count, isWhole: true };
  } finally {
    await lease.release(owner);
  }

  async function revive(id: string): Promise<'started' | 'restarted' | undefined> {
    const seen = await orders.find(id);
    if (!seen || isFinal(seen)) return undefined;
    // A decision of which the workflow has not heard.
    if (seen.status === 'VALIDATED') await answerDecided({ approvals, workflow }, id);
    const state = await workflow.stateOf(executionName(seen));
    if (state === 'RUNNING') return undefined;
    if (state === 'MISSING') {
      await workflow.start(executionName(seen), seen);
      onRevived(seen);
      return 'started';
    }
    // Its last write came before its end, so that it is seen now.
    const order = await orders.find(id);
    if (!order || isFinal(order) || order.executions !== seen.executions) return undefined;
    if (now().getTime() < Date.parse(order.updatedAt) + pauseMs(order)) return undefined;
    const next = { ...order, executions: order.executions + 1 };
    try {
      await unfinished.restart(order, { at: now().toISOString(), attempt: next.executions });
    } catch (error) {
      if (error instanceof OrderMoved) return undefined;
      throw error;
    }
    await workflow.start(executionName(next), next);
    onRevived(next);
    return 'restarted';
  }
}
