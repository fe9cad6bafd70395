import { Conflict } from '../../../../shared/errors.ts';
import { type CancelReason, isFinal, OrderNotFound, type StoredOrder } from './order.ts';
import { hasReached, OrderMoved } from './order-errors.ts';
import type { Orders, Step } from './orders.ts';
import type { Workflow } from './workflow.ts';

export type Decision = 'approve' | 'decline';

/** The record of the one who was asked. `taskToken` answers the execution that waits. */
export interface Approval {
  readonly taskToken: string;
  readonly decision?: Decision;
}

export interface Approvals {
  find(orderId: string): Promise<Approval | undefined>;
  /** Asks, or asks anew for another execution. @throws OrderMoved when it is decided, or the order is not VALIDATED */
  ask(orderId: string, taskToken: string, step: Step): Promise<void>;
  /** Writes the decision down, with the one who took it. @throws OrderMoved when another was taken before */
  decide(orderId: string, decision: Decision, decidedBy: string, step: Step): Promise<void>;
}

export interface RequestApprovalDependencies {
  readonly orders: Pick<Orders, 'find'>;
  readonly approvals: Pick<Approvals, 'find' | 'ask'>;
  readonly workflow: Pick<Workflow, 'answer'>;
  /** Tells those who may decide that an order waits; perhaps more than once. */
  readonly notifications: { askApproval(order: StoredOrder): Promise<void> };
  readonly now: () => Date;
}

/** Lets the execution wait until somebody decides, or answers it when somebody has. @throws OrderClosed, OrderMoved */
export async function requestApproval(
  { orders, approvals, workflow, notifications, now }: RequestApprovalDependencies,
  { orderId, attempt, taskToken }: { orderId: string; attempt: number; taskToken: string },
): Promise<void> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  const isBeyond = hasReached(order, 'RESERVED');
  const decision = isBeyond ? 'approve' : (await approvals.find(orderId))?.decision;
  if (decision) return workflow.answer(taskToken, ANSWERS[decision]);
  await approvals.ask(orderId, taskToken, { at: now().toISOString(), attempt });
  await notifications.askApproval(order);
}

interface Answering {
  readonly approvals: Pick<Approvals, 'find'>;
  readonly workflow: Pick<Workflow, 'answer'>;
}

/** Tells the workflow of an order what was decided, if something was; telling it twice changes nothing. */
export async function answerDecided(
  { approvals, workflow }: Answering,
  orderId: string,
): Promise<Decision | undefined> {
  const { taskToken, decision } = (await approvals.find(orderId)) ?? {};
  if (taskToken && decision) await workflow.answer(taskToken, ANSWERS[decision]);
  return decision;
}

/** Ends the waiting of an order that was cancelled meanwhile. */
export async function answerCancelled(
  { approvals, workflow }: Answering,
  orderId: string,
  reason: CancelReason,
): Promise<void> {
  const approval = await approvals.find(orderId);
  const cause = `${reason}: the order was cancelled`;
  if (approval) await workflow.answer(approval.taskToken, { error: 'OrderClosed', cause });
}

export class NothingToDecide extends Conflict {
  constructor(orderId: string) {
    super(`Order ${orderId} does not wait for this decision.`);
  }
}

export class OwnOrder extends Conflict {
  constructor(orderId: string) {
    super(`Order ${orderId} is the caller's own: somebody else has to decide.`);
  }
}

export interface DecideApprovalDependencies {
  readonly orders: Pick<Orders, 'find'>;
  readonly approvals: Pick<Approvals, 'find' | 'decide'>;
  readonly workflow: Pick<Workflow, 'answer'>;
  readonly now: () => Date;
}

/**
 * Approves or declines an order that waits for it. Repeating a decision is no error, and answers the workflow again.
 * @throws OrderNotFound, OwnOrder, NothingToDecide
 */
export async function decideApproval(
  { orders, approvals, workflow, now }: DecideApprovalDependencies,
  { orderId, decision, decidedBy }: { orderId: string; decision: Decision; decidedBy: string },
): Promise<void> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  if (order.customerId === decidedBy) throw new OwnOrder(orderId);
  const approval = await approvals.find(orderId);
  if (!approval) throw new NothingToDecide(orderId);
  if (!approval.decision) {
    if (isFinal(order) || order.undoing) throw new NothingToDecide(orderId);
    try {
      await approvals.decide(orderId, decision, decidedBy, { at: now().toISOString(), attempt: 1 });
    } catch (error) {
      // Somebody else has decided at the same moment, or the order has ended: what was written tells.
      if (!(error instanceof OrderMoved)) throw error;
    }
  }
  // The token is read after the decision, from when on it stays as it is.
  if ((await answerDecided({ approvals, workflow }, orderId)) !== decision)
    throw new NothingToDecide(orderId);
}

const ANSWERS = {
  approve: { approved: true },
  decline: { error: 'ApprovalDeclined', cause: 'APPROVAL_DECLINED: the order was not approved' },
} as const;
