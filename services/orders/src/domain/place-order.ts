import type { RequestedLine, StoredOrder } from './order.ts';
import type { Orders } from './orders.ts';
import { executionName, type Workflow } from './workflow.ts';

export interface PlaceOrderDependencies {
  readonly orders: Pick<Orders, 'place'>;
  readonly workflow: Pick<Workflow, 'start'>;
  readonly newId: () => string;
  readonly now: () => Date;
  /** Told of a workflow that could not be started: the sweep will do it. */
  readonly onStartLost: (orderId: string, error: unknown) => void;
}

export interface OrderRequest {
  readonly customerId: string;
  readonly lines: readonly RequestedLine[];
  readonly paymentToken: string;
  readonly correlationId: string;
  /** Names the caller and the key of the request. */
  readonly request: string;
  /** Tells requests with the same name and another content apart. */
  readonly content: string;
}

/**
 * Accepts an order and begins its workflow. A repeated request gets the order that the first one placed, and begins
 * the workflow again if that was lost.
 * @throws IdempotencyKeyReused
 */
export async function placeOrder(
  { orders, workflow, newId, now, onStartLost }: PlaceOrderDependencies,
  { customerId, lines, paymentToken, correlationId, request, content }: OrderRequest,
): Promise<StoredOrder> {
  const at = now().toISOString();
  const order = await orders.place({
    request,
    content,
    order: {
      id: newId(),
      customerId,
      status: 'PENDING',
      lines,
      timeline: [{ at, event: 'PENDING', attempt: 1 }],
      placedAt: at,
      updatedAt: at,
      paymentToken,
      correlationId,
      executions: 1,
    },
  });
  try {
    await workflow.start(executionName({ ...order, executions: 1 }), order);
  } catch (error) {
    onStartLost(order.id, error);
  }
  return order;
}
