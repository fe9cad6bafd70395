import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { itemsTable } from '../adapters/items-table.ts';
import type { Catalogue } from '../domain/item.ts';
import { oneItemContract } from './contracts.ts';
import { preconditionOf } from './entity-tag.ts';

interface Dependencies {
  readonly catalogue: Pick<Catalogue, 'remove'>;
}

export const respondWith =
  ({ catalogue }: Dependencies) =>
  async ({ path, headers }: HttpRequest<{ id: string }>): Promise<HttpResponse> => {
    await catalogue.remove(path.id, preconditionOf(headers['if-match']));
    return { status: 204 };
  };

const { ITEMS_TABLE } = readEnv(['ITEMS_TABLE']);

export const handler = httpHandler(
  oneItemContract,
  respondWith({ catalogue: itemsTable(documents, ITEMS_TABLE) }),
);
