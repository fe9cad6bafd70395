import type { Operation } from '../../../../shared/openapi.ts';
import { createUploadContract, oneUploadContract, orderInvoiceContract } from './contracts.ts';
import { uploadRequest } from './route-schemas.ts';
import { upload, uploadLink } from './upload-schemas.ts';

const invalid = { description: 'The request is malformed or not of the shape described here' };

/** The schemas that the OpenAPI document names; wherever one is used, the document refers to it. */
export const schemas = {
  Upload: upload,
  UploadLink: uploadLink,
  UploadRequest: uploadRequest,
};

/** What the OpenAPI document says of each function with a route, by function key. */
export const operations: Readonly<Record<string, Operation>> = {
  createUpload: {
    tag: 'uploads',
    summary: 'Announce a file of items',
    description:
      'The answer says where to PUT the file, until when and with which headers: exactly `size` bytes. ' +
      'It is imported as soon as it is there.',
    contract: createUploadContract,
    answers: {
      201: {
        description: 'Where the file goes',
        schema: uploadLink,
        headers: { Location: 'Path of the upload' },
      },
      400: invalid,
    },
  },
  getUpload: {
    tag: 'uploads',
    summary: 'See how far an upload is',
    description:
      'DONE says that every row is sent on its way into the catalogue, where it arrives soon. REFUSED says that the ' +
      'file as a whole was none of items. `report` links to the list of refused rows for fifteen minutes.',
    contract: oneUploadContract,
    answers: {
      200: { description: 'The upload', schema: upload },
      400: invalid,
      404: { description: 'The caller has no such upload' },
    },
  },
  getInvoice: {
    tag: 'orders',
    summary: 'Download the invoice of an order',
    description:
      'There is one soon after the order is complete. The link is good for a minute, without a token.',
    contract: orderInvoiceContract,
    answers: {
      302: { description: 'The invoice, a PDF, is there', headers: { Location: 'Link to the invoice' } },
      400: invalid,
      404: { description: 'The caller has no such invoice, or not yet' },
    },
  },
};
