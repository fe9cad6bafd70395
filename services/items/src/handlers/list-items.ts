import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { type PageCursors, signedPageCursors } from '../../../../shared/page-cursors.ts';
import { signingKeyTable } from '../../../../shared/signing-key-table.ts';
import { itemsTable } from '../adapters/items-table.ts';
import type { Catalogue } from '../domain/item.ts';
import { listItemsContract } from './contracts.ts';

interface Dependencies {
  readonly catalogue: Pick<Catalogue, 'page'>;
  readonly cursors: PageCursors;
}

interface Query {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly category?: string | undefined;
}

export const respondWith =
  ({ catalogue, cursors }: Dependencies) =>
  async ({ query }: HttpRequest<undefined, Query>): Promise<HttpResponse> => {
    const { limit = 20, cursor, category } = query;
    const scope = ['items', category ?? ''];
    const position = cursor === undefined ? undefined : await cursors.open(cursor, scope);
    const { items, nextPosition } = await catalogue.page({ limit, category, position });
    const nextCursor = nextPosition === undefined ? null : await cursors.seal(nextPosition, scope);
    return { status: 200, json: { items, nextCursor } };
  };

const { ITEMS_TABLE, SIGNING_KEYS_TABLE } = readEnv(['ITEMS_TABLE', 'SIGNING_KEYS_TABLE']);

export const handler = httpHandler(
  listItemsContract,
  respondWith({
    catalogue: itemsTable(documents, ITEMS_TABLE),
    cursors: signedPageCursors(signingKeyTable(documents, SIGNING_KEYS_TABLE, 'page-cursor')),
  }),
);
