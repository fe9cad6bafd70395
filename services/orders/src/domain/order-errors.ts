import { ShopError } from '../../../../shared/errors.ts';
import { isFinal, type OrderStatus, type Reason, type StoredOrder } from './order.ts';

/**
 * Ends the order. A state machine hands on nothing but an error's name and message, so the message begins with the
 * reason.
 */
abstract class EndsOrder extends ShopError {
  override readonly code = 'ENDS_ORDER';
  readonly reason: Reason;

  constructor(reason: Reason, detail: string, options?: ErrorOptions) {
    super(`${reason}: ${detail}`, options);
    this.reason = reason;
  }
}

/** What is ordered cannot be sold. */
export class ValidationError extends EndsOrder {}

export class OutOfStock extends EndsOrder {
  constructor(itemIds: readonly string[], options?: ErrorOptions) {
    super('OUT_OF_STOCK', `too few of ${itemIds.join(', ')}`, options);
  }
}

/** The provider refuses the payment, now and later. */
export class PaymentDeclined extends EndsOrder {
  constructor(detail: string, options?: ErrorOptions) {
    super('PAYMENT_DECLINED', detail, options);
  }
}

/** The provider did not answer, or cannot serve now; whether it has charged is not known. */
export class PaymentServiceException extends ShopError {
  override readonly code = 'PAYMENT_SERVICE';
  override readonly retryable = true;

  constructor(detail: string, options?: ErrorOptions) {
    super(`PAYMENT_UNAVAILABLE: ${detail}`, options);
  }
}

/** Whether the confirmation was sent is not known yet. */
export class ConfirmationPending extends ShopError {
  override readonly code = 'CONFIRMATION_PENDING';
  override readonly retryable = true;

  constructor(orderId: string, options?: ErrorOptions) {
    super(`CONFIRMATION_FAILED: nothing has been heard of the confirmation of order ${orderId}`, options);
  }
}

/** The order is failed, cancelled or being undone: nothing goes forward any more. */
export class OrderClosed extends EndsOrder {
  constructor(order: Pick<StoredOrder, 'id' | 'reason' | 'undoing'>) {
    super(order.reason ?? order.undoing ?? 'INTERNAL_ERROR', `order ${order.id} is closed`);
  }
}

/** There is nothing to undo: the order is complete. */
export class OrderAlreadyComplete extends ShopError {
  override readonly code = 'ORDER_ALREADY_COMPLETE';

  constructor(orderId: string) {
    super(`Order ${orderId} is complete.`);
  }
}

/**
 * The order was not where the write expected it: something else has moved it, or this very write was done and its
 * answer lost. The next attempt reads what is true now.
 */
export class OrderMoved extends ShopError {
  override readonly code = 'ORDER_MOVED';
  override readonly retryable = true;

  constructor(orderId: string, options?: ErrorOptions) {
    super(`Order ${orderId} was moved meanwhile.`, options);
  }
}

const FORWARD: readonly OrderStatus[] = ['PENDING', 'VALIDATED', 'RESERVED', 'PAID', 'COMPLETE'];

/**
 * Whether an earlier attempt has brought the order to `status` or beyond.
 *
 * @throws OrderClosed when the order does not go forward any more
 */
export function hasReached(order: StoredOrder, status: OrderStatus): boolean {
  if (order.undoing || (isFinal(order) && order.status !== 'COMPLETE')) throw new OrderClosed(order);
  return FORWARD.indexOf(order.status) >= FORWARD.indexOf(status);
}
