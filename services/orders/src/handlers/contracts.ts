import { approvalDecision, orderListQuery, orderPath, orderRequest } from './route-schemas.ts';

/** What each route of the orders API takes: the handlers validate by it and the OpenAPI document shows it. */
export const placeOrderContract = { body: orderRequest };
export const oneOrderContract = { path: orderPath };
export const listOrdersContract = { query: orderListQuery };
export const approvalContract = { path: orderPath, body: approvalDecision };
