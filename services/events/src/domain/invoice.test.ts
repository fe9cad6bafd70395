import { describe, expect, it } from '@jest/globals';
import { InvoiceNotFound, linkToInvoice } from './find-invoice.ts';
import { type CompletedOrder, type Invoice, invoiceOf } from './invoice.ts';
import { moneyText } from './money-text.ts';
import { type Invoices, renderInvoice } from './render-invoice.ts';

const order: CompletedOrder = {
  id: 'order-1',
  customerId: 'bob',
  placedAt: '2026-11-01T23:30:00.000Z',
  lines: [
    { name: 'Mug', quantity: 3, unitPrice: { amount: 1_250, currency: 'EUR' } },
    { name: 'Pin', quantity: 1_000, unitPrice: { amount: 5, currency: 'EUR' } },
  ],
  total: { amount: 8_750, currency: 'EUR' },
};

describe('an amount', () => {
  it.each([
    ['EUR', 123_450n, 'EUR 1,234.50'],
    ['EUR', 5n, 'EUR 0.05'],
    ['EUR', 0n, 'EUR 0.00'],
    ['JPY', 1_234_567n, 'JPY 1,234,567'],
    ['KWD', 1_234_567n, 'KWD 1,234.567'],
    ['KWD', 7n, 'KWD 0.007'],
    // Intl shows no fillér, of which there are a hundred in a forint all the same.
    ['HUF', 123_450n, 'HUF 1,234.50'],
    ['IQD', 1_234_567n, 'IQD 1,234.567'],
    ['EUR', 999_999_999_999_000n, 'EUR 9,999,999,999,990.00'],
  ])('of %s is printed with as many digits as the minor unit has: %d is %s', (currency, amount, text) => {
    expect(moneyText(amount, currency).replace('\u00a0', ' ')).toBe(text);
  });
});

describe('the invoice of an order', () => {
  it('has each line with its sum, the total that was charged, and the day of the order in UTC', () => {
    expect(JSON.parse(JSON.stringify(invoiceOf(order)).replaceAll('\u00a0', ' '))).toEqual({
      orderId: 'order-1',
      customerId: 'bob',
      at: '2026-11-01T23:30:00.000Z',
      date: '1 November 2026 (UTC)',
      lines: [
        { name: 'Mug', quantity: '3', unitPrice: 'EUR 12.50', sum: 'EUR 37.50' },
        { name: 'Pin', quantity: '1,000', unitPrice: 'EUR 0.05', sum: 'EUR 50.00' },
      ],
      total: 'EUR 87.50',
    });
  });

  it('is put where its customer finds it', async () => {
    const added: unknown[] = [];
    const draw = async ({ orderId, total }: Invoice) => new TextEncoder().encode(`${orderId} ${total}`);
    const invoices: Pick<Invoices, 'add'> = {
      async add(customerId, orderId, document) {
        added.push([customerId, orderId, new TextDecoder().decode(document)]);
      },
    };
    await renderInvoice({ draw, invoices }, order);
    expect(added).toEqual([['bob', 'order-1', 'order-1 EUR\u00a087.50']]);
  });
});

describe('a link to an invoice', () => {
  const invoices: Pick<Invoices, 'has' | 'linkTo'> = {
    has: async (customerId, orderId) => customerId === 'bob' && orderId === 'order-1',
    linkTo: async (customerId, orderId, seconds) => `${customerId}/${orderId} for ${seconds} s`,
  };

  it('is for its customer, and good for a minute', async () => {
    expect(await linkToInvoice({ invoices }, 'bob', 'order-1')).toBe('bob/order-1 for 60 s');
  });

  it.each([
    ['eve', 'order-1'],
    ['bob', 'order-2'],
  ])('is refused to %s for %s', async (customer, id) => {
    await expect(linkToInvoice({ invoices }, customer, id)).rejects.toThrow(InvoiceNotFound);
  });
});
