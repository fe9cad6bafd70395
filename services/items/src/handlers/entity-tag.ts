import { InvalidInput } from '../../../../shared/errors.ts';
import type { ItemState, Precondition } from '../domain/item.ts';

/**
 * The entity tag of an item: its version, which edits move, its stock, which movements move, and when it was created,
 * since another item may get the same id later. A cached copy is stale when any has moved; an editor's copy only when
 * the version has, or when the editor sets the stock too.
 */
export function entityTag({ version, stock, createdAt }: ItemState): string {
  return `"${version}-${stock}-${Date.parse(createdAt).toString(36)}"`;
}

const ownTag = /^"([1-9][0-9]{0,14})-([0-9]{1,10})-([0-9a-z]{1,9})"$/;

/** The tags of a header that lists them, and not a comma inside of one. */
function tagsOf(header: string, name: string): string[] {
  const listed = /^\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")*\s*$/;
  if (!listed.test(header)) {
    throw new InvalidInput(`${name} must be "*" or a list of entity tags.`, [
      {
        in: 'header',
        pointer: `/${name.toLowerCase()}`,
        detail: 'must be "*" or a list of quoted entity tags',
      },
    ]);
  }
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

/**
 * The states that a write may meet, by its If-Match header. `*` stands for any state; a weak tag matches none.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-if-match
 */
export function preconditionOf(ifMatch: string | undefined): Precondition {
  if (ifMatch === undefined || ifMatch.trim() === '*') return {};
  return { states: tagsOf(ifMatch, 'If-Match').flatMap(stateOf) };
}

function stateOf(tag: string): ItemState[] {
  const [, version, stock, createdAt] = ownTag.exec(tag) ?? [];
  if (!version || !stock || !createdAt) return [];
  return [
    {
      version: Number(version),
      stock: Number(stock),
      createdAt: new Date(Number.parseInt(createdAt, 36)).toISOString(),
    },
  ];
}

/**
 * Whether the caller's copy with this tag is current, by its If-None-Match header; weak tags count as strong ones.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
 */
export function isCurrent(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return tagsOf(ifNoneMatch, 'If-None-Match')
    .map((tag) => tag.replace(/^W\//, ''))
    .includes(etag);
}
