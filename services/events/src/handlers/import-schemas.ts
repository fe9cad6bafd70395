import * as z from 'zod/mini';
import { category, description, name, sku, stockUpTo } from '../../../../shared/item-fields.ts';
import { shaped } from '../../../../shared/middleware/shape.ts';
import { amount, currency } from '../../../../shared/money.ts';
import { id } from '../../../../shared/schemas.ts';
import type { CheckedRow } from '../domain/import-upload.ts';
import { type Fields, MAX_STOCK } from '../domain/item-row.ts';

/** The shapes of what S3 says of a file, of a row in it and of a message with rows. */

export const objectCreated = z.object({
  bucket: z.object({ name: z.string() }),
  object: z.object({
    key: z.string().check(z.minLength(1)),
    size: z.int(),
    etag: z.string().check(z.minLength(1)),
    'version-id': z.string().check(z.minLength(1)),
    sequencer: z.string().check(z.regex(/^[0-9A-Fa-f]{1,64}$/)),
  }),
});

/** One form of each moment, so that later ones are the greater texts. */
const moment = z.pipe(
  z.iso.datetime({ offset: true, error: 'must be a time as 2026-11-22T12:00:00Z' }),
  z.transform((text) => new Date(text).toISOString()),
);

const columns = {
  id,
  sku,
  name,
  category,
  amount,
  currency,
  stock: z.optional(stockUpTo(MAX_STOCK)),
  description: z.optional(description),
};

const itemRow = z.strictObject({ ...columns, updatedAt: z.optional(moment) });

export const chunkMessage = z.object({
  uploadId: z.string(),
  versionId: z.string(),
  chunk: z.string(),
  rows: z.array(z.strictObject({ ...columns, line: z.int(), updatedAt: z.iso.datetime({ precision: 3 }) })),
});

/** Of a row with columns that nobody knows there may be any number. */
const MAX_PROBLEMS = 10;
const MAX_NAME = 64;

/** What is wrong with a row, column by column, or the row. */
export function checkRow(fields: Fields): CheckedRow {
  const result = shaped(itemRow, fields);
  if ('output' in result) return { row: result.output };
  return {
    problems: result.wrong.slice(0, MAX_PROBLEMS).map(({ pointer, detail }) => ({
      column: pointer.slice(1, 1 + MAX_NAME),
      reason: detail,
    })),
  };
}
