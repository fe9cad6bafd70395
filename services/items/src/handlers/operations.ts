import * as z from 'zod/mini';
import { currency, money } from '../../../../shared/money.ts';
import type { Operation } from '../../../../shared/openapi.ts';
import {
  adjustStockContract,
  createItemContract,
  docsContract,
  listItemsContract,
  oneItemContract,
  openapiContract,
  patchItemContract,
  replaceItemContract,
} from './contracts.ts';
import { item, itemDraft, itemPage, itemPatch, itemReplacement } from './item-schemas.ts';
import { stockChange } from './route-schemas.ts';

const etag = { ETag: 'Names this state of the item' };
const ifMatch = { 'If-Match': 'Only if the item is still in this state' };
const notFound = { description: 'There is no such item' };
const invalid = { description: 'The request is malformed or not of the shape described here' };
const preconditionFailed = { description: 'The item has been changed since the state that If-Match names' };
const tooLarge = { description: 'The body is larger than 256 KB, or the item would be larger than 400 KB' };

/** The schemas that the OpenAPI document names; wherever one is used, the document refers to it. */
export const schemas = {
  Currency: currency,
  Item: item,
  ItemDraft: itemDraft,
  ItemPage: itemPage,
  ItemPatch: itemPatch,
  ItemReplacement: itemReplacement,
  Money: money,
  StockChange: stockChange,
};

/** What the OpenAPI document says of each function of the items API, by function key. */
export const operations: Readonly<Record<string, Operation>> = {
  listItems: {
    tag: 'items',
    summary: 'List the catalogue',
    description:
      'Pages are in no particular order over the whole catalogue, and in the order of ids within a category. ' +
      'The cursor of one listing opens no other.',
    contract: listItemsContract,
    answers: {
      200: { description: 'A page; nextCursor is null on the last one', schema: itemPage },
      400: invalid,
    },
  },
  createItem: {
    tag: 'items',
    summary: 'Add an item',
    contract: createItemContract,
    headers: {
      'Idempotency-Key': 'Makes repeating the request safe for a day: the first answer is given again',
    },
    answers: {
      201: {
        description: 'The item as it was added',
        schema: item,
        headers: { ...etag, Location: 'Path of the item' },
      },
      400: invalid,
      409: { description: 'The id is taken, or the first request with this Idempotency-Key has not ended' },
      422: { description: 'The Idempotency-Key was used with another body' },
    },
  },
  getItem: {
    tag: 'items',
    summary: 'Read an item',
    contract: oneItemContract,
    headers: { 'If-None-Match': "Entity tags of the caller's copies" },
    answers: {
      200: { description: 'The item', schema: item, headers: etag },
      304: { description: "The caller's copy is current" },
      400: invalid,
      404: notFound,
    },
  },
  replaceItem: {
    tag: 'items',
    summary: 'Replace an item',
    description: 'Optional fields that are left out are removed, except stock, which then stays as it is.',
    contract: replaceItemContract,
    headers: ifMatch,
    answers: {
      200: { description: 'The item as it is now', schema: item, headers: etag },
      400: invalid,
      404: notFound,
      412: preconditionFailed,
      413: tooLarge,
    },
  },
  patchItem: {
    tag: 'items',
    summary: 'Change fields of an item',
    description: 'A JSON merge patch (RFC 7396): null removes a field, what is left out stays.',
    contract: patchItemContract,
    headers: ifMatch,
    answers: {
      200: { description: 'The item as it is now', schema: item, headers: etag },
      400: invalid,
      404: notFound,
      412: preconditionFailed,
      413: tooLarge,
    },
  },
  deleteItem: {
    tag: 'items',
    summary: 'Remove an item',
    contract: oneItemContract,
    headers: ifMatch,
    answers: {
      204: { description: 'The item is gone, now or before' },
      400: invalid,
      412: preconditionFailed,
    },
  },
  adjustStock: {
    tag: 'items',
    summary: 'Add to or take from the stock',
    contract: adjustStockContract,
    headers: { 'Idempotency-Key': 'Makes repeating the request safe for a day: the stock moves once' },
    answers: {
      200: { description: 'The item with its new stock', schema: item, headers: etag },
      400: invalid,
      404: notFound,
      409: { description: 'The stock would fall below zero or rise beyond what can be counted' },
      422: { description: 'The Idempotency-Key was used for another movement' },
    },
  },
  getOpenapi: {
    tag: 'docs',
    summary: 'This document',
    contract: openapiContract,
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({}) } },
  },
  getDocs: {
    tag: 'docs',
    summary: 'The page that shows this document, and its assets',
    contract: docsContract,
    answers: {
      200: { description: 'The page or the asset', mediaType: 'text/html' },
      304: { description: "The caller's copy is current" },
      400: invalid,
      404: { description: 'There is no such asset' },
    },
  },
};
