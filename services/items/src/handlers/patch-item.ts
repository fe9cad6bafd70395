import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { itemsTable } from '../adapters/items-table.ts';
import type { Catalogue, ItemPatch } from '../domain/item.ts';
import { patching } from '../domain/item-changes.ts';
import { patchItemContract } from './contracts.ts';
import { entityTag, preconditionOf } from './entity-tag.ts';

interface Dependencies {
  readonly catalogue: Pick<Catalogue, 'change'>;
  readonly now: () => Date;
}

export const respondWith =
  ({ catalogue, now }: Dependencies) =>
  async ({
    path,
    body,
    headers,
  }: HttpRequest<{ id: string }, undefined, ItemPatch>): Promise<HttpResponse> => {
    const precondition = preconditionOf(headers['if-match']);
    const item = await catalogue.change(path.id, patching(body, now()), precondition);
    return { status: 200, headers: { etag: entityTag(item) }, json: item };
  };

const { ITEMS_TABLE } = readEnv(['ITEMS_TABLE']);

export const handler = httpHandler(
  patchItemContract,
  respondWith({ catalogue: itemsTable(documents, ITEMS_TABLE), now: () => new Date() }),
);
