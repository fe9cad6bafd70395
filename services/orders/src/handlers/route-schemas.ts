import * as z from 'zod/mini';
import { id, pageQuery } from '../../../../shared/schemas.ts';
import { MAX_LINES, MAX_QUANTITY } from '../domain/order.ts';

/** The shapes of what callers send. */

export const orderPath = z.strictObject({ id });

export const orderListQuery = z.strictObject(pageQuery);

export const requestedLine = z.strictObject({
  itemId: id,
  quantity: z.int().check(z.gte(1), z.lte(MAX_QUANTITY)),
});

export const orderRequest = z.strictObject({
  lines: z.array(requestedLine).check(
    z.minLength(1),
    z.maxLength(MAX_LINES),
    z.refine(
      (lines) => new Set(lines.map(({ itemId }) => itemId)).size === lines.length,
      'must name each item once',
    ),
  ),
  payment: z.strictObject({
    token: z.string().check(z.regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters')),
  }),
});

export const approvalDecision = z.strictObject({ decision: z.enum(['approve', 'decline']) });
