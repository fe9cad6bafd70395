import { InvalidInput, NotFound } from '../../../../shared/errors.ts';
import type { RecordedOrder } from './recorded-order.ts';

/** Days of the calendar in UTC (YYYY-MM-DD), both included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** What was sold in one currency. An amount is in its minor unit; only completed orders count. */
export interface Sold {
  readonly currency: string;
  readonly quantity: bigint;
  readonly amount: bigint;
}
export interface DaySales extends Sold {
  /** The day in UTC on which the orders were placed. */
  readonly day: string;
  readonly orders: bigint;
}
export interface CategorySales extends Sold {
  readonly category: string;
  /** Those with at least one line of the category. */
  readonly orders: bigint;
}
export interface ItemSales extends Sold {
  readonly itemId: string;
  /** The one that it was last sold under. */
  readonly name: string;
}

/** What the reports are read from. @throws DependencyFailed when the database does not answer */
export interface Sales {
  /** By day and currency, in this order. */
  byDay(period: Period): Promise<readonly DaySales[]>;
  /** By category and currency, in this order, and no more than `limit`. */
  byCategory(period: Period, limit: number): Promise<readonly CategorySales[]>;
  /** Of each currency the `limit` first, the most first. */
  topItems(period: Period, by: 'quantity' | 'amount', limit: number): Promise<readonly ItemSales[]>;
  findOrder(id: string): Promise<RecordedOrder | undefined>;
}

/** A leap year. */
export const LONGEST_PERIOD_DAYS = 366;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** The period from one day of the calendar to another. @throws InvalidInput when it is turned round or too long */
export function periodOf({ from, to }: Period): Period {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  const refuse = (detail: string) => {
    throw new InvalidInput('The request is not valid.', [{ in: 'query', pointer: '/to', detail }]);
  };
  if (days < 1) refuse('must not be before from');
  if (days > LONGEST_PERIOD_DAYS) refuse(`must be at most ${LONGEST_PERIOD_DAYS - 1} days after from`);
  return { from, to };
}

/** The reports know of no order with this id. They hear of an order a moment after it is placed. */
export class OrderUnknown extends NotFound {
  constructor(id: string) {
    super(`The reports know of no order ${id}.`);
  }
}
