import { NotFound } from '../../../../shared/errors.ts';
import type { Invoices } from './render-invoice.ts';

export interface FindInvoiceDependencies {
  readonly invoices: Pick<Invoices, 'has' | 'linkTo'>;
}

/** A link can be passed on, and shows the invoice to whoever has it. */
const LINK_SECONDS = 60;

/** A link to the caller's own invoice of the order, for a minute. @throws InvoiceNotFound */
export async function linkToInvoice(
  { invoices }: FindInvoiceDependencies,
  customerId: string,
  orderId: string,
): Promise<string> {
  if (!(await invoices.has(customerId, orderId))) throw new InvoiceNotFound(orderId);
  return invoices.linkTo(customerId, orderId, LINK_SECONDS);
}

/** There is none, or not yet, or it is another customer's. */
export class InvoiceNotFound extends NotFound {
  constructor(orderId: string) {
    super(`There is no invoice of the order ${orderId}.`);
  }
}
