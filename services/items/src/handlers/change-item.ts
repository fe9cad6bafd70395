import type { HttpRequest, HttpResponse } from '../../../../shared/middleware/http.ts';
import type { Catalogue, ItemChanges } from '../domain/item.ts';
import { entityTag, preconditionOf } from './entity-tag.ts';

interface Dependencies {
  readonly catalogue: Pick<Catalogue, 'change'>;
  readonly now: () => Date;
}

/** Answers a request that changes an item, by the rule that says which changes its body asks for. */
export const changeItem =
  <Body>(changesOf: (body: Body, now: Date) => ItemChanges) =>
  ({ catalogue, now }: Dependencies) =>
  async ({ path, body, headers }: HttpRequest<{ id: string }, undefined, Body>): Promise<HttpResponse> => {
    const precondition = preconditionOf(headers['if-match']);
    const item = await catalogue.change(path.id, changesOf(body, now()), precondition);
    return { status: 200, headers: { etag: entityTag(item) }, json: item };
  };
