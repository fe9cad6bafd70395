import type { Item } from '../src/domain/item.ts';

/** An item as it stands after it was added. */
export const lamp: Item = {
  id: '01J9ZQ4K5N8W3R7T2V6X0Y1B4D',
  sku: 'LAMP-01',
  name: 'Desk lamp',
  description: 'Bends.',
  category: 'lighting',
  price: { amount: 4_990, currency: 'EUR' },
  stock: 12,
  attributes: { colour: 'black', watts: 7 },
  version: 1,
  createdAt: '2026-11-01T12:00:00.000Z',
  updatedAt: '2026-11-01T12:00:00.000Z',
};
