import { ulid } from 'ulid';
import { documents, dynamodb } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { requestKeyOf } from '../../../../shared/middleware/idempotency-key.ts';
import { idempotencyTable } from '../adapters/idempotency-table.ts';
import { itemsTable } from '../adapters/items-table.ts';
import { reservations } from '../adapters/request-keys.ts';
import { type AddItemDependencies, addItem } from '../domain/add-item.ts';
import type { ItemDraft } from '../domain/item.ts';
import type { OncePerKey } from '../domain/once-per-key.ts';
import { createItemContract } from './contracts.ts';
import { entityTag } from './entity-tag.ts';

interface Dependencies extends AddItemDependencies {
  readonly oncePerKey: OncePerKey;
}

export const respondWith =
  ({ oncePerKey, ...dependencies }: Dependencies) =>
  async (request: HttpRequest<undefined, undefined, ItemDraft>): Promise<HttpResponse> => {
    const { body: draft, remainingTimeMs } = request;
    const key = requestKeyOf(request);
    const item = key
      ? await oncePerKey({ ...key, content: draft, remainingTimeMs }, () => addItem(dependencies, draft, key))
      : await addItem(dependencies, draft);
    return { status: 201, headers: { location: `/items/${item.id}`, etag: entityTag(item) }, json: item };
  };

const { ITEMS_TABLE, IDEMPOTENCY_TABLE } = readEnv(['ITEMS_TABLE', 'IDEMPOTENCY_TABLE']);
const now = () => new Date();

export const handler = httpHandler(
  createItemContract,
  respondWith({
    catalogue: itemsTable(documents, ITEMS_TABLE),
    newId: ulid,
    now,
    reserve: reservations(documents, IDEMPOTENCY_TABLE, now),
    oncePerKey: idempotencyTable(dynamodb, IDEMPOTENCY_TABLE),
  }),
);
