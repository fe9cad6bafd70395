import * as z from 'zod/mini';
import { category } from '../../../../shared/item-fields.ts';
import { id, pageQuery } from '../../../../shared/schemas.ts';
import { MAX_STOCK } from '../domain/item.ts';

/**
 * The shapes of paths, queries and small bodies. Apart from those of items, which take time to build and which most
 * functions do not need.
 */

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

export const itemListQuery = z.strictObject({ ...pageQuery, category: z.optional(category) });
