import { type Money, moneyText } from './money-text.ts';

/** A completed order, as far as its invoice tells of it. `placedAt` is ISO 8601 in UTC. */
export interface CompletedOrder {
  readonly id: string;
  readonly customerId: string;
  readonly placedAt: string;
  readonly lines: readonly {
    readonly name: string;
    readonly quantity: number;
    readonly unitPrice: Money;
  }[];
  readonly total: Money;
}

/** An invoice as its reader sees it; what is not a name is text that is ready to be printed. */
export interface Invoice {
  readonly orderId: string;
  readonly customerId: string;
  /** The order's time: also what the document says of its own making, so that it has the same bytes every time. */
  readonly at: Date;
  readonly date: string;
  readonly lines: readonly InvoiceLine[];
  readonly total: string;
}

export interface InvoiceLine {
  readonly name: string;
  readonly quantity: string;
  readonly unitPrice: string;
  readonly sum: string;
}

const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const quantities = new Intl.NumberFormat('en');

export function invoiceOf({ id, customerId, placedAt, lines, total }: CompletedOrder): Invoice {
  const at = new Date(placedAt);
  return {
    orderId: id,
    customerId,
    at,
    date: `${dates.format(at)} (UTC)`,
    lines: lines.map(({ name, quantity, unitPrice: { amount, currency } }) => ({
      name,
      quantity: quantities.format(quantity),
      unitPrice: moneyText(BigInt(amount), currency),
      sum: moneyText(BigInt(amount) * BigInt(quantity), currency),
    })),
    total: moneyText(BigInt(total.amount), total.currency),
  };
}
