import { readEnv } from '../../../../shared/env.ts';
import { callerOf } from '../../../../shared/middleware/caller.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { s3 } from '../../../../shared/s3.ts';
import { invoicesBucket } from '../adapters/invoices-bucket.ts';
import { type FindInvoiceDependencies, linkToInvoice } from '../domain/find-invoice.ts';
import { orderInvoiceContract } from './contracts.ts';

export const respondWith =
  (dependencies: FindInvoiceDependencies) =>
  async (request: HttpRequest<{ id: string }>): Promise<HttpResponse> => {
    const location = await linkToInvoice(dependencies, callerOf(request), request.path.id);
    return { status: 302, headers: { location, 'cache-control': 'no-store' } };
  };

const { INVOICES_BUCKET } = readEnv(['INVOICES_BUCKET']);

export const handler = httpHandler(
  orderInvoiceContract,
  respondWith({ invoices: invoicesBucket(s3, INVOICES_BUCKET) }),
);
