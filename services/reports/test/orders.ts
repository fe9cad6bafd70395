import type { OrderStatus, RecordedOrder } from '../src/domain/recorded-order.ts';

type Given = Partial<Omit<RecordedOrder, 'total'>> & { readonly id: string; readonly total?: number };

/** A complete order of two lamps for 25.98 EUR, with changes. */
export function completeOrder({ total = 2_598, ...changes }: Given): RecordedOrder {
  return {
    status: 'COMPLETE' as OrderStatus,
    placedAt: '2026-11-01T12:00:00.000Z',
    endedAt: '2026-11-01T12:00:01.000Z',
    total: eur(total),
    lines: [line({ itemId: 'lamp' })],
    ...changes,
  };
}

/** Two lamps of 12.99 EUR each, with changes. */
export function line({
  price = 1_299,
  currency = 'EUR',
  ...changes
}: Partial<Omit<RecordedOrder['lines'][number], 'unitPrice'>> & {
  readonly itemId: string;
  readonly price?: number;
  readonly currency?: string;
}): RecordedOrder['lines'][number] {
  return {
    name: `The ${changes.itemId}`,
    category: 'lighting',
    quantity: 2,
    unitPrice: { amount: BigInt(price), currency },
    ...changes,
  };
}

/** The order before it ended. */
export function placed({ id, placedAt, lines }: RecordedOrder): RecordedOrder {
  return {
    id,
    status: 'PLACED',
    placedAt,
    lines: lines.map(({ itemId, quantity }) => ({ itemId, category: '', quantity })),
  };
}

/** The order, had it failed. */
export function failed(order: RecordedOrder, reason = 'OUT_OF_STOCK'): RecordedOrder {
  const { total: _, ...rest } = order;
  return { ...rest, status: 'FAILED', reason };
}

export const eur = (amount: number | bigint) => ({ amount: BigInt(amount), currency: 'EUR' });
