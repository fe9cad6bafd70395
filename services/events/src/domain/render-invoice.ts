import { type CompletedOrder, type Invoice, invoiceOf } from './invoice.ts';

export interface RenderInvoiceDependencies {
  /** Draws the invoice; the same bytes for the same invoice. */
  readonly draw: (invoice: Invoice) => Promise<Uint8Array>;
  readonly invoices: Pick<Invoices, 'add'>;
}

/** Where invoices are, by customer and order. */
export interface Invoices {
  /** Puts the document there, unless there is one: an invoice that was issued does not change. */
  add(customerId: string, orderId: string, document: Uint8Array): Promise<void>;
  has(customerId: string, orderId: string): Promise<boolean>;
  /** A link to the document that is good for so many seconds, for whoever has it. */
  linkTo(customerId: string, orderId: string, seconds: number): Promise<string>;
}

/** Issues the invoice of a completed order, however often it is told of it. */
export async function renderInvoice(
  { draw, invoices }: RenderInvoiceDependencies,
  order: CompletedOrder,
): Promise<void> {
  await invoices.add(order.customerId, order.id, await draw(invoiceOf(order)));
}
