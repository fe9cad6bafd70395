import type { ItemChanges, ItemPatch, ItemReplacement } from './item.ts';

type Path = readonly string[];

/**
 * The changes that make an item equal to the replacement. Stock that is not given stays as it is: it moves by
 * reservations that the editor has not seen.
 */
export function replacing(replacement: ItemReplacement, now: Date): ItemChanges {
  const { description, stock } = replacement;
  return {
    set: [
      [['sku'], replacement.sku],
      [['name'], replacement.name],
      [['category'], replacement.category],
      [['price'], replacement.price],
      [['attributes'], replacement.attributes ?? {}],
      ...optional(['description'], description),
      ...optional(['stock'], stock),
    ],
    remove: description === undefined ? [['description']] : [],
    edit: { at: now.toISOString() },
  };
}

/**
 * The changes that a merge patch (RFC 7396) asks for, and no others: what the patch leaves out is not written.
 * A patch of nothing but stock is a stock movement and no edit.
 */
export function patching(patch: ItemPatch, now: Date): ItemChanges {
  const { description, price, stock, attributes } = patch;
  const set: (readonly [Path, unknown])[] = [
    ...optional(['sku'], patch.sku),
    ...optional(['name'], patch.name),
    ...optional(['category'], patch.category),
    ...optional(['price', 'amount'], price?.amount),
    ...optional(['price', 'currency'], price?.currency),
  ];
  const remove: Path[] = [];

  if (description === null) remove.push(['description']);
  else set.push(...optional(['description'], description));

  if (attributes === null) set.push([['attributes'], {}]);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null) remove.push(['attributes', key]);
    else set.push([['attributes', key], value]);
  }

  const isEdit = set.length > 0 || remove.length > 0;
  return {
    set: [...set, ...optional(['stock'], stock)],
    remove,
    ...(isEdit && { edit: { at: now.toISOString() } }),
  };
}

function optional(path: Path, value: unknown): [Path, unknown][] {
  return value === undefined ? [] : [[path, value]];
}
