import * as z from 'zod/mini';
import { money } from '../money.ts';
import { id, time } from '../schemas.ts';
import { shopEvent } from './shop-event.ts';

const source = 'shop.orders';

/** The item's when the order was validated; orders of earlier versions have none. */
const category = z.optional(z.string());
const requestedLine = { itemId: id, quantity: z.int().check(z.gte(1)) };
const order = {
  id,
  customerId: z.string().check(z.minLength(1)),
  placedAt: time(),
};

export const orderPlaced = shopEvent(
  {
    source,
    type: 'OrderPlaced',
    about: 'An order was accepted. Its prices are not known yet.',
  },
  z.object({ ...order, lines: z.array(z.object(requestedLine)) }),
);

export const orderCompleted = shopEvent(
  {
    source,
    type: 'OrderCompleted',
    about: 'An order is paid, confirmed and sold. It is the last event of the order.',
  },
  z.object({
    ...order,
    lines: z.array(z.object({ ...requestedLine, name: z.string(), category, unitPrice: money })),
    total: money,
  }),
);

export const orderFailed = shopEvent(
  {
    source,
    type: 'OrderFailed',
    about:
      'An order ended without a sale: nothing is charged or reserved. It is the last event of the order.',
  },
  z.object({
    ...order,
    lines: z.array(
      z.object({ ...requestedLine, name: z.optional(z.string()), category, unitPrice: z.optional(money) }),
    ),
    total: z.optional(money),
    reason: z.string().check(
      z.regex(/^[A-Z][A-Z_]*$/),
      z.meta({
        description: 'such as OUT_OF_STOCK, PAYMENT_DECLINED or CANCELLED_BY_CUSTOMER; more may come',
      }),
    ),
  }),
);
