import { orderPath, uploadPath, uploadRequest } from './route-schemas.ts';

/** What each route of uploads and invoices takes: the handlers validate by it and the OpenAPI document shows it. */
export const createUploadContract = { body: uploadRequest };
export const oneUploadContract = { path: uploadPath };
export const orderInvoiceContract = { path: orderPath };
