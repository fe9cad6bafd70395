import * as z from 'zod/mini';
import { MAX_STOCK } from '../domain/item.ts';

/**
 * The shapes of paths, queries and small bodies. Apart from those of items, which take time to build and which most
 * functions do not need. Lengths count UTF-16 code units.
 */

export const wellFormed = z.refine<string>((value) => value.isWellFormed(), 'must be well-formed Unicode');

/** Text without control characters and without halves of characters, which no store keeps as they are. */
export const text = (min: number, max: number) =>
  z
    .string()
    .check(
      z.minLength(min),
      z.maxLength(max),
      z.regex(/^\P{Cc}*$/u, 'must have no control characters'),
      wellFormed,
    );

export const id = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, "-" or "_"'));
export const category = text(1, 64);

export const itemPath = z.strictObject({ id });

export const docsPath = z.strictObject({ asset: z.optional(z.string().check(z.maxLength(64))) });

export const stockChange = z.strictObject({
  delta: z.int().check(
    z.gte(-MAX_STOCK),
    z.lte(MAX_STOCK),
    z.refine((delta) => delta !== 0, 'must not be 0'),
    z.meta({ not: { const: 0 } }),
  ),
});

export const itemListQuery = z.strictObject({
  limit: z.optional(
    z.pipe(
      z
        .string()
        .check(
          z.regex(/^(?:[1-9][0-9]?|100)$/, 'must be a whole number from 1 to 100'),
          z.meta({ type: 'integer', minimum: 1, maximum: 100, default: 20, pattern: undefined }),
        ),
      z.transform(Number),
    ),
  ),
  cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(512))),
  category: z.optional(category),
});
