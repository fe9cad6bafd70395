import * as z from 'zod/mini';
import { time } from '../../../../shared/schemas.ts';

/** The shapes of answers, for the OpenAPI document. */

export const uploadLink = z.strictObject({
  id: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  expiresAt: time(),
});

const count = z.int().check(z.gte(0));

export const upload = z.strictObject({
  id: z.string(),
  key: z.string(),
  state: z.enum(['WAITING', 'RECEIVED', 'IMPORTING', 'DONE', 'REFUSED']),
  createdAt: z.optional(time()),
  receivedAt: z.optional(time()),
  finishedAt: z.optional(time()),
  versionId: z.optional(z.string()),
  size: z.optional(count),
  checksum: z.optional(z.string()),
  rowsAccepted: z.optional(count),
  rowsRefused: z.optional(count),
  reason: z.optional(z.string()),
  report: z.optional(z.string()),
});
