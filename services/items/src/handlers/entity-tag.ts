import { InvalidInput } from '../../../../shared/errors.ts';
import type { Item, Precondition } from '../domain/item.ts';

/**
 * The entity tag of an item: its version, which edits move, and its stock, which movements move. A cached copy is
 * stale when either has moved; an editor's copy only when the version has.
 */
export function entityTag({ version, stock }: Item): string {
  return `"${version}-${stock}"`;
}

const anyTag = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;
const ownTag = /^"([1-9][0-9]{0,14})-[0-9]+"$/;

function tagsOf(header: string, name: string): string[] {
  const tags = header.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => anyTag.test(tag))) {
    throw new InvalidInput(`${name} must be "*" or a list of entity tags.`, [
      {
        in: 'header',
        pointer: `/${name.toLowerCase()}`,
        detail: 'must be "*" or a list of quoted entity tags',
      },
    ]);
  }
  return tags;
}

/**
 * The versions that a write may meet, by its If-Match header. `*` stands for any state; a weak tag matches none.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-if-match
 */
export function preconditionOf(ifMatch: string | undefined): Precondition {
  if (ifMatch === undefined || ifMatch.trim() === '*') return {};
  return {
    versions: tagsOf(ifMatch, 'If-Match').flatMap((tag) => {
      const version = ownTag.exec(tag)?.[1];
      return version ? [Number(version)] : [];
    }),
  };
}

/**
 * Whether the caller's copy is the current one, by its If-None-Match header; weak tags count as their strong ones.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
 */
export function isCurrent(item: Item, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return tagsOf(ifNoneMatch, 'If-None-Match')
    .map((tag) => tag.replace(/^W\//, ''))
    .includes(entityTag(item));
}
