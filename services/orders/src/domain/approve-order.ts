import { Conflict } from '../../../../shared/errors.ts';
import { isFinal, OrderNotFound, type Reason } from './order.ts';
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
  readonly now: () => Date;
}

/** Lets the execution wait until somebody decides, or answers it when somebody has. @throws OrderClosed, OrderMoved */
export async function requestApproval(
  { orders, approvals, workflow, now }: RequestApprovalDependencies,
  { orderId, attempt, taskToken }: { orderId: string; attempt: number; taskToken: string },
): Promise<void> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  const isBeyond = hasReached(order, 'RESERVED');
  const decision = isBeyond ? 'approve' : (await approvals.find(orderId))?.decision;
  if (decision) await workflow.answer(taskToken, answerTo(decision));
  else await approvals.ask(orderId, taskToken, { at: now().toISOString(), attempt });
}

export class NothingToDecide extends Conflict {
  constructor(orderId: string) {
    super(`Order ${orderId} does not wait for approval.`);
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
 * @throws OrderNotFound, NothingToDecide
 */
export async function decideApproval(
  { orders, approvals, workflow, now }: DecideApprovalDependencies,
  { orderId, decision, decidedBy }: { orderId: string; decision: Decision; decidedBy: string },
): Promise<void> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  const approval = await approvals.find(orderId);
  if (!approval || (approval.decision ?? decision) !== decision) throw new NothingToDecide(orderId);
  if (!approval.decision) {
    if (isFinal(order) || order.undoing) throw new NothingToDecide(orderId);
    try {
      await approvals.decide(orderId, decision, decidedBy, { at: now().toISOString(), attempt: 1 });
    } catch (error) {
      throw error instanceof OrderMoved ? new NothingToDecide(orderId) : error;
    }
  }
  await workflow.answer(approval.taskToken, answerTo(decision));
}

function answerTo(decision: Decision): Parameters<Workflow['answer']>[1] {
  const reason: Reason = 'APPROVAL_DECLINED';
  return decision === 'approve'
    ? { approved: true }
    : { error: 'ApprovalDeclined', cause: `${reason}: the order was not approved` };
}
