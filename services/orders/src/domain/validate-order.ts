import { MAX_TOTAL, type Money, type OrderLine, OrderNotFound, type StoredOrder } from './order.ts';
import { hasReached, ValidationError } from './order-errors.ts';
import type { Orders } from './orders.ts';

/** What an order has to know of an item. */
export interface CataloguedItem {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly price: Money;
}

export interface ValidateOrderDependencies {
  readonly orders: Pick<Orders, 'find' | 'validate' | 'reject'>;
  /** Those of the items that there are. */
  readonly items: { find(ids: readonly string[]): Promise<readonly CataloguedItem[]> };
  readonly now: () => Date;
  /** Total, in minor units, from which on an order waits for approval; 0 is none. */
  readonly approvalAmount: number;
}

/**
 * Prices the order by the catalogue. What cannot be sold fails at once: nothing has to be undone.
 * @throws ValidationError, OrderClosed, OrderMoved
 */
export async function validateOrder(
  { orders, items, now, approvalAmount }: ValidateOrderDependencies,
  { orderId, attempt }: { readonly orderId: string; readonly attempt: number },
): Promise<{ readonly needsApproval: boolean }> {
  const order = await orders.find(orderId);
  if (!order) throw new OrderNotFound(orderId);
  // An earlier attempt has rejected it, and its answer was lost.
  if (order.status === 'FAILED' && order.total === undefined && order.reason) {
    throw new ValidationError(order.reason, `order ${orderId} was rejected`);
  }
  if (hasReached(order, 'VALIDATED')) return { needsApproval: needsApproval(order.total) };

  const step = { at: now().toISOString(), attempt };
  try {
    const priced = price(order, await items.find(order.lines.map(({ itemId }) => itemId)));
    await orders.validate(orderId, priced, step);
    return { needsApproval: needsApproval(priced.total) };
  } catch (error) {
    if (error instanceof ValidationError) await orders.reject(orderId, error.reason, step);
    throw error;
  }

  function needsApproval(total: Money | undefined): boolean {
    return approvalAmount > 0 && (total?.amount ?? 0) >= approvalAmount;
  }
}

/** The lines with names and prices, and what they cost together. */
function price(
  { lines }: StoredOrder,
  items: readonly CataloguedItem[],
): { lines: readonly OrderLine[]; total: Money } {
  const catalogue = new Map(items.map((item) => [item.id, item]));
  const priced = lines.map(({ itemId, quantity }) => {
    const item = catalogue.get(itemId);
    if (!item) throw new ValidationError('ITEM_NOT_FOUND', `there is no item ${itemId}`);
    const { name, category, price: unitPrice } = item;
    return { itemId, quantity, name, category, unitPrice };
  });
  const currencies = [...new Set(priced.map(({ unitPrice }) => unitPrice.currency))];
  const [currency = ''] = currencies;
  if (currencies.length > 1) {
    throw new ValidationError('MIXED_CURRENCIES', `prices are in ${currencies.join(' and ')}`);
  }
  const amount = priced.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0);
  if (amount === 0) throw new ValidationError('TOTAL_TOO_SMALL', 'no provider charges nothing');
  if (amount > MAX_TOTAL) throw new ValidationError('TOTAL_TOO_LARGE', `the total is above ${MAX_TOTAL}`);
  return { lines: priced, total: { amount, currency } };
}
