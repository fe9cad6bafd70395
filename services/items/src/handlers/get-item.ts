import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { itemsTable } from '../adapters/items-table.ts';
import { type Catalogue, ItemNotFound } from '../domain/item.ts';
import { oneItemContract } from './contracts.ts';
import { entityTag, isCurrent } from './entity-tag.ts';

interface Dependencies {
  readonly catalogue: Pick<Catalogue, 'find'>;
}

export const respondWith =
  ({ catalogue }: Dependencies) =>
  async ({ path, headers }: HttpRequest<{ id: string }>): Promise<HttpResponse> => {
    const item = await catalogue.find(path.id);
    if (!item) throw new ItemNotFound(path.id);
    const etag = entityTag(item);
    return isCurrent(etag, headers['if-none-match'])
      ? { status: 304, headers: { etag } }
      : { status: 200, headers: { etag }, json: item };
  };

const { ITEMS_TABLE } = readEnv(['ITEMS_TABLE']);

export const handler = httpHandler(
  oneItemContract,
  respondWith({ catalogue: itemsTable(documents, ITEMS_TABLE) }),
);
