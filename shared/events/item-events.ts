import * as z from 'zod/mini';
import { money } from '../money.ts';
import { id, time } from '../schemas.ts';
import { shopEvent } from './shop-event.ts';

const source = 'shop.items';

const version = z.int().check(z.gte(1), z.meta({ description: 'counts the edits of the item from 1' }));

/**
 * Descriptions and attributes stay behind, which may be larger than an event: who needs them reads the item.
 */
const item = z.object({
  id,
  sku: z.string(),
  name: z.string(),
  category: z.string(),
  price: money,
  stock: z
    .int()
    .check(z.gte(0), z.meta({ description: 'at this moment; movements of stock are not published' })),
  version,
  createdAt: time(),
  updatedAt: time(),
});

export const itemCreated = shopEvent(
  { source, type: 'ItemCreated', about: 'An item was added to the catalogue.' },
  item,
);

export const itemUpdated = shopEvent(
  {
    source,
    type: 'ItemUpdated',
    about: 'An item was edited. A sale, a reservation and a delivery move its stock and are no edits.',
  },
  item,
);

export const itemDeleted = shopEvent(
  { source, type: 'ItemDeleted', about: 'An item was taken out of the catalogue.' },
  z.object({ id, sku: z.string(), version }),
);
