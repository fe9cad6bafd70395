import { describe, expect, it } from '@jest/globals';
import type { Money, OrderLine, Reason, StoredOrder } from './order.ts';
import { type CataloguedItem, validateOrder } from './validate-order.ts';

const euros = (amount: number): Money => ({ amount, currency: 'EUR' });
const CATALOGUE: readonly CataloguedItem[] = [
  { id: 'mug', name: 'Mug', category: 'mugs', price: euros(1_250) },
  { id: 'pot', name: 'Pot', category: 'kitchen', price: euros(3_000) },
  { id: 'cup', name: 'Cup', category: 'mugs', price: { amount: 900, currency: 'USD' } },
  { id: 'air', name: 'Air', category: 'gifts', price: euros(0) },
  { id: 'gem', name: 'Gem', category: 'gifts', price: euros(50_000_000) },
];
const placed: StoredOrder = {
  id: 'o1',
  customerId: 'bob',
  status: 'PENDING',
  lines: [
    { itemId: 'mug', quantity: 3 },
    { itemId: 'pot', quantity: 1 },
  ],
  timeline: [],
  placedAt: '2026-11-22T10:00:00.000Z',
  updatedAt: '2026-11-22T10:00:00.000Z',
  correlationId: 'c',
  executions: 1,
};

function shopWith(order: StoredOrder, approvalAmount = 0) {
  const written: { validated?: { lines: readonly OrderLine[]; total: Money }; rejected?: Reason } = {};
  const dependencies = {
    orders: {
      find: async () => order,
      validate: async (_: string, priced: { lines: readonly OrderLine[]; total: Money }) => {
        written.validated = priced;
      },
      reject: async (_: string, reason: Reason) => {
        written.rejected = reason;
      },
    },
    items: {
      find: async (ids: readonly string[]) => CATALOGUE.filter(({ id }) => ids.includes(id)),
    },
    now: () => new Date('2026-11-22T10:00:01Z'),
    approvalAmount,
  };
  return { written, validate: () => validateOrder(dependencies, { orderId: 'o1', attempt: 1 }) };
}
const ordering = (...itemIds: string[]) => ({
  ...placed,
  lines: itemIds.map((itemId) => ({ itemId, quantity: 2 })),
});

describe('validating an order', () => {
  it('gives each line its name, category and price, and the order what they cost together', async () => {
    const { written, validate } = shopWith(placed);
    expect(await validate()).toEqual({ needsApproval: false });
    expect(written).toEqual({
      validated: {
        lines: [
          { itemId: 'mug', quantity: 3, name: 'Mug', category: 'mugs', unitPrice: euros(1_250) },
          { itemId: 'pot', quantity: 1, name: 'Pot', category: 'kitchen', unitPrice: euros(3_000) },
        ],
        // 3 × 12.50 + 30.00
        total: euros(6_750),
      },
    });
  });

  it.each([
    ['ITEM_NOT_FOUND', 'an item that is not there', ordering('mug', 'unicorn')],
    ['MIXED_CURRENCIES', 'prices in two currencies', ordering('mug', 'cup')],
    ['TOTAL_TOO_SMALL', 'nothing to pay', ordering('air')],
    ['TOTAL_TOO_LARGE', 'a total that no provider takes', ordering('gem')],
  ])('rejects with %s what has %s', async (reason, _, order) => {
    const { written, validate } = shopWith(order);
    await expect(validate()).rejects.toMatchObject({
      name: 'ValidationError',
      reason,
      message: expect.stringMatching(new RegExp(`^${reason}: `)),
    });
    expect(written).toEqual({ rejected: reason });
  });

  it.each([
    [6_751, false],
    [6_750, true],
    [1, true],
    [0, false],
  ])('says whether a total of 67.50 needs approval from %i on: %s', async (approvalAmount, needsApproval) => {
    expect(await shopWith(placed, approvalAmount).validate()).toEqual({ needsApproval });
  });

  it('changes nothing a second time, and says the same', async () => {
    const { written, validate } = shopWith({ ...placed, status: 'RESERVED', total: euros(6_750) }, 6_000);
    expect(await validate()).toEqual({ needsApproval: true });
    expect(written).toEqual({});
  });

  it('rejects again what an earlier attempt has rejected', async () => {
    const { validate } = shopWith({ ...placed, status: 'FAILED', reason: 'ITEM_NOT_FOUND' });
    await expect(validate()).rejects.toMatchObject({ name: 'ValidationError', reason: 'ITEM_NOT_FOUND' });
  });

  it('does not go on with an order that is cancelled', async () => {
    const { validate } = shopWith({ ...placed, status: 'CANCELLED', reason: 'CANCELLED_BY_CUSTOMER' });
    await expect(validate()).rejects.toMatchObject({ name: 'OrderClosed' });
  });
});
