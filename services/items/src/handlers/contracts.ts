import { itemDraft, itemPatch, itemReplacement } from './item-schemas.ts';
import { docsPath, itemListQuery, itemPath, stockChange } from './route-schemas.ts';

/** What each route of the items API takes: the handlers validate by it and the OpenAPI document shows it. */
export const listItemsContract = { query: itemListQuery };
export const createItemContract = { body: itemDraft };
export const oneItemContract = { path: itemPath };
export const replaceItemContract = { path: itemPath, body: itemReplacement };
export const patchItemContract = {
  path: itemPath,
  body: itemPatch,
  mediaTypes: ['application/json', 'application/merge-patch+json'],
};
export const adjustStockContract = { path: itemPath, body: stockChange };
export const openapiContract = {};
export const docsContract = {
  path: docsPath,
  // The docs page styles its elements inline and draws its icons from data URLs.
  contentSecurityPolicy:
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};
