import * as z from 'zod/mini';
import type { HttpContract } from '../../../../shared/middleware/validate.ts';
import { id } from '../../../../shared/schemas.ts';

/** Postgres knows no year 0, and the shop is younger than this. */
const day = z.iso.date().check(z.regex(/^2/, 'must be in the year 2000 or later'));

/** A whole number up to 100, given as text. */
const limit = z.pipe(
  z.string().check(z.regex(/^(?:[1-9][0-9]?|100)$/, 'must be a whole number from 1 to 100')),
  z.transform(Number),
);

export interface SalesQuery {
  readonly from: string;
  readonly to: string;
  readonly by?: 'day' | 'category' | undefined;
}
export const salesContract: HttpContract<undefined, SalesQuery> = {
  query: z.strictObject({ from: day, to: day, by: z.optional(z.enum(['day', 'category'])) }),
};

export interface TopItemsQuery {
  readonly from: string;
  readonly to: string;
  readonly by?: 'quantity' | 'amount' | undefined;
  readonly limit?: number | undefined;
}
export const topItemsContract: HttpContract<undefined, TopItemsQuery> = {
  query: z.strictObject({
    from: day,
    to: day,
    by: z.optional(z.enum(['quantity', 'amount'])),
    limit: z.optional(limit),
  }),
};

export const orderContract: HttpContract<{ id: string }> = { path: z.strictObject({ id }) };
