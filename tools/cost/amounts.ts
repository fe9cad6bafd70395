import type { PriceFile } from './prices.ts';

/** So much of what has this price. */
export interface Item {
  readonly what: string;
  /** A key of the price file. */
  readonly price: string;
  readonly quantity: number;
}

/** An item as it is billed: `amount` in US dollars is `quantity` × `usd`, to the cent. */
export interface Line {
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  readonly usd: string;
  readonly amount: number;
}

/** What is printed of a quantity, so that the amounts can be calculated from what is printed. */
export const printable = (quantity: number): number => Number(quantity.toFixed(quantity < 1_000 ? 3 : 0));

/** Items of which there is nothing are left out. @throws Error when an item has no price in the region */
export function linesOf(items: readonly Item[], { prices }: PriceFile, region: string): Line[] {
  return items
    .map((item) => ({ ...item, quantity: printable(item.quantity) }))
    .filter(({ quantity }) => quantity > 0)
    .map(({ what, price, quantity }) => {
      const { unit = '', usd = {} } = prices[price] ?? {};
      const each = usd[region];
      if (each === undefined) throw new Error(`There is no price of ${price} in ${region}.`);
      return { what, quantity, unit, usd: each, amount: cents(quantity * Number(each)) };
    });
}

export const cents = (amount: number): number => Math.round(amount * 100) / 100;

/** The sum of the amounts as they are printed. */
export const totalOf = (lines: readonly { readonly amount: number }[]): number =>
  cents(lines.reduce((total, { amount }) => total + amount, 0));
