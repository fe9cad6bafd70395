import * as z from 'zod/mini';
import { category, description, name, sku, stockUpTo } from '../../../../shared/item-fields.ts';
import { amount, currency, money } from '../../../../shared/money.ts';
import { id, time, wellFormed } from '../../../../shared/schemas.ts';
import { type ItemDraft, type ItemPatch, type ItemReplacement, MAX_STOCK } from '../domain/item.ts';

/**
 * The shapes of items: what validates a request is what the OpenAPI document shows. Lengths count UTF-16 code units.
 */

const stock = stockUpTo(MAX_STOCK);

const attributeKey = z
  .string()
  .check(z.regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "-" or "_"'));
const attributeText = z.string().check(z.maxLength(8_192), wellFormed);
/** DynamoDB keeps 38 digits and magnitudes from 1e-130; its client takes whole numbers only while they are exact. */
const attributeNumber = z.number().check(
  z.gte(Number.MIN_SAFE_INTEGER),
  z.lte(Number.MAX_SAFE_INTEGER),
  z.refine((value) => value === 0 || Math.abs(value) >= 1e-130, 'must be 0 or at least 1e-130 from it'),
);
const attributeValue = z.union(
  [attributeText, attributeNumber, z.boolean()],
  'must be a text of at most 8192 characters, a number of at most 2^53 - 1, true or false',
);
const attributes = z.record(attributeKey, attributeValue);
const attributesPatch = z.record(attributeKey, z.nullable(attributeValue));

const replacement = {
  sku,
  name,
  description: z.optional(description),
  category,
  price: money,
  stock: z.optional(stock),
  attributes: z.optional(attributes),
};

export const itemDraft = z.strictObject({
  id: z.optional(id),
  ...replacement,
}) satisfies z.ZodMiniType<ItemDraft>;

export const itemReplacement = z.strictObject(replacement) satisfies z.ZodMiniType<ItemReplacement>;

export const itemPatch = z.strictObject({
  sku: z.optional(sku),
  name: z.optional(name),
  description: z.optional(z.nullable(description)),
  category: z.optional(category),
  price: z.optional(z.strictObject({ amount: z.optional(amount), currency: z.optional(currency) })),
  stock: z.optional(stock),
  attributes: z.optional(z.nullable(attributesPatch)),
}) satisfies z.ZodMiniType<ItemPatch>;

export const item = z.strictObject({
  id,
  sku,
  name,
  description: z.optional(description),
  category,
  price: money,
  stock,
  attributes: z.optional(attributes),
  version: z.int().check(z.gte(1)),
  createdAt: time(),
  updatedAt: time(),
});

export const itemPage = z.strictObject({
  items: z.array(item),
  nextCursor: z.nullable(z.string()),
});
