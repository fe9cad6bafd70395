import * as z from 'zod/mini';
import { id } from '../../../../shared/schemas.ts';
import { MAX_UPLOAD_BYTES } from '../domain/upload.ts';

/** The shapes of what callers send. */

export const uploadPath = z.strictObject({
  id: z
    .string()
    .check(
      z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'must be 1 to 128 letters, digits, ".", "-" or "_"'),
    ),
});

export const uploadRequest = z.strictObject({
  contentType: z.enum(['text/csv', 'application/x-ndjson']),
  contentEncoding: z.optional(z.enum(['gzip'])),
  size: z.int().check(z.gte(1), z.lte(MAX_UPLOAD_BYTES)),
});

export const orderPath = z.strictObject({ id });
