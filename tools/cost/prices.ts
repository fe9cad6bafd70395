import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A list price; `usd` is decimal text, exact, for each region. */
export interface Price {
  readonly unit: string;
  readonly usd: Readonly<Record<string, string>>;
  readonly source: string;
  /** Why it may be wrong, where it was not read from a price list of the region. */
  readonly doubt?: string;
}

export interface PriceFile {
  /** The day on which the sources were read. */
  readonly read: string;
  readonly prices: Readonly<Record<string, Price>>;
}

export const readPrices = (): PriceFile =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'prices.json'), 'utf8'));

export const regionsOf = ({ prices }: PriceFile): string[] => [
  ...new Set(Object.values(prices).flatMap(({ usd }) => Object.keys(usd))),
];
