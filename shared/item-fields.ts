import * as z from 'zod/mini';
import { text, wellFormed } from './schemas.ts';

/** What an item of the catalogue is made of, for whoever takes items in. Lengths count UTF-16 code units. */

export const sku = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "-" or "_"'));
export const name = text(1, 200);
export const description = z.string().check(z.maxLength(20_000), wellFormed);
export const category = text(1, 64);
export const stockUpTo = (max: number) => z.int().check(z.gte(0), z.lte(max));
