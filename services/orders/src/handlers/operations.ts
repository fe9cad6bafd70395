import type { Operation } from '../../../../shared/openapi.ts';
import { approvalContract, listOrdersContract, oneOrderContract, placeOrderContract } from './contracts.ts';
import { order, orderPage } from './order-schemas.ts';
import { approvalDecision, orderRequest } from './route-schemas.ts';

const notFound = { description: 'The caller has no such order' };
const invalid = { description: 'The request is malformed or not of the shape described here' };

/** The schemas that the OpenAPI document names; wherever one is used, the document refers to it. */
export const schemas = {
  ApprovalDecision: approvalDecision,
  Order: order,
  OrderPage: orderPage,
  OrderRequest: orderRequest,
};

/** What the OpenAPI document says of each function of the orders API, by function key. */
export const operations: Readonly<Record<string, Operation>> = {
  placeOrder: {
    tag: 'orders',
    summary: 'Place an order',
    description:
      'The order is accepted and worked on from then on; its status and timeline tell how far it is. ' +
      'Prices are those of the catalogue.',
    contract: placeOrderContract,
    headers: {
      'Idempotency-Key': 'Makes repeating the request safe for a day: the same order is the answer',
    },
    requiredHeaders: ['Idempotency-Key'],
    answers: {
      202: {
        description: 'The order as it is now',
        schema: order,
        headers: { Location: 'Path of the order' },
      },
      400: invalid,
      422: { description: 'The Idempotency-Key was used with another body' },
    },
  },
  getOrder: {
    tag: 'orders',
    summary: 'Read an order',
    contract: oneOrderContract,
    answers: { 200: { description: 'The order', schema: order }, 400: invalid, 404: notFound },
  },
  listOrders: {
    tag: 'orders',
    summary: 'List own orders',
    description: 'The newest first.',
    contract: listOrdersContract,
    answers: {
      200: { description: 'A page; nextCursor is null on the last one', schema: orderPage },
      400: invalid,
    },
  },
  cancelOrder: {
    tag: 'orders',
    summary: 'Cancel an order',
    contract: oneOrderContract,
    answers: {
      200: { description: 'The cancelled order', schema: order },
      400: invalid,
      404: notFound,
      409: { description: 'The payment has begun, or the order has ended' },
    },
  },
  decideApproval: {
    tag: 'orders',
    summary: 'Approve or decline an order that waits for it',
    contract: approvalContract,
    answers: {
      204: { description: 'The decision is taken, now or before' },
      400: invalid,
      404: { description: 'There is no such order' },
      409: { description: 'The order does not wait for a decision, or the other one was taken' },
    },
  },
};
