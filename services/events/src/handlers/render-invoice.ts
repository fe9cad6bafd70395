import { readEnv } from '../../../../shared/env.ts';
import { orderCompleted } from '../../../../shared/events/order-events.ts';
import { logger } from '../../../../shared/logger.ts';
import { ruleHandler } from '../../../../shared/middleware/event.ts';
import { s3 } from '../../../../shared/s3.ts';
import { invoiceFonts } from '../adapters/invoice-fonts.ts';
import { invoicePdf } from '../adapters/invoice-pdf.ts';
import { invoicesBucket } from '../adapters/invoices-bucket.ts';
import type { CompletedOrder } from '../domain/invoice.ts';
import { type RenderInvoiceDependencies, renderInvoice } from '../domain/render-invoice.ts';

interface OrderCompleted {
  readonly metadata: { readonly correlationId: string };
  readonly data: CompletedOrder;
}

export const respondWith =
  (dependencies: RenderInvoiceDependencies) =>
  async ({ metadata: { correlationId }, data: order }: OrderCompleted): Promise<void> => {
    logger.appendKeys({ correlationId, orderId: order.id });
    await renderInvoice(dependencies, order);
  };

const { INVOICES_BUCKET } = readEnv(['INVOICES_BUCKET']);

export const handler = ruleHandler(
  orderCompleted.detail,
  respondWith({ draw: invoicePdf(invoiceFonts), invoices: invoicesBucket(s3, INVOICES_BUCKET) }),
);
