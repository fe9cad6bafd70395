import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import { documents, dynamodb } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { InvalidInput } from '../../../../shared/errors.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { idempotencyTable, reservedIds } from '../adapters/idempotency-table.ts';
import { itemsTable } from '../adapters/items-table.ts';
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
    const { body: draft, caller = '', remainingTimeMs } = request;
    const key = idempotencyKeyOf(request.headers['idempotency-key']);
    const item = key
      ? await oncePerKey({ caller, key, content: draft, remainingTimeMs }, () =>
          addItem(dependencies, draft, creationKeyOf(caller, key)),
        )
      : await addItem(dependencies, draft);
    return { status: 201, headers: { location: `/items/${item.id}`, etag: entityTag(item) }, json: item };
  };

function idempotencyKeyOf(header: string | undefined): string | undefined {
  if (header === undefined || /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new InvalidInput('The Idempotency-Key is not valid.', [
    { in: 'header', pointer: '/idempotency-key', detail: 'must be 1 to 255 printable ASCII characters' },
  ]);
}

/** Stored with the item for good, so it tells nobody the caller or the key. */
function creationKeyOf(caller: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([caller, key]))
    .digest('base64url');
}

const { ITEMS_TABLE, IDEMPOTENCY_TABLE } = readEnv(['ITEMS_TABLE', 'IDEMPOTENCY_TABLE']);
const now = () => new Date();

export const handler = httpHandler(
  createItemContract,
  respondWith({
    catalogue: itemsTable(documents, ITEMS_TABLE),
    newId: ulid,
    now,
    reserveId: reservedIds(documents, IDEMPOTENCY_TABLE, now),
    oncePerKey: idempotencyTable(dynamodb, IDEMPOTENCY_TABLE),
  }),
);
