import type { Records } from '../src/domain/expired-records.ts';
import type { StoredVersion, UploadedObjects, UploadRow, UploadRows } from '../src/domain/expired-uploads.ts';
import type { Page, Position, Positions } from '../src/domain/walk.ts';

/** Splits things into pages; a position is the number of things left behind. */
function pageOf<Thing>(things: readonly Thing[], position: Position | undefined, size: number): Page<Thing> {
  const from = Number(position?.from ?? 0);
  const next = from + size < things.length ? { from: String(from + size) } : undefined;
  return { things: things.slice(from, from + size), next };
}

/** Rows by their ids, with their expirations in seconds, in pages of `size` rows, expired ones or not. */
export function memoryRecords(rows: Map<string, number>, size = 2): Records & { readonly deleted: string[] } {
  const all = [...rows.keys()];
  const isExpired = (id: string, by: Date) => (rows.get(id) ?? Infinity) < Math.floor(by.getTime() / 1_000);
  const deleted: string[] = [];
  return {
    deleted,
    async expired(by, position) {
      const { things, next } = pageOf(all, position, size);
      return { things: things.filter((id) => isExpired(id, by)), next };
    },
    async delete(id, by) {
      if (!isExpired(id, by)) return false;
      rows.delete(id);
      deleted.push(id);
      return true;
    },
  };
}

/** Rows of uploads; a row is not deleted once it is another object than the one that was read. */
export function memoryUploads(rows: UploadRow[]): UploadRows & { readonly deleted: UploadRow[] } {
  const all = [...rows];
  const deleted: UploadRow[] = [];
  return {
    deleted,
    page: async (position) => pageOf(all, position, 2),
    async delete(row) {
      if (!rows.includes(row)) return false;
      rows.splice(rows.indexOf(row), 1);
      deleted.push(row);
      return true;
    },
  };
}

/** Versions of objects, listed in pages of two. */
export function memoryObjects(versions: StoredVersion[]): UploadedObjects & { readonly deleted: string[] } {
  const deleted: string[] = [];
  return {
    deleted,
    async *versions(where) {
      const found = versions.filter(({ key }) =>
        'key' in where ? key === where.key : key.startsWith(where.prefix),
      );
      const sorted = found.toSorted((a, b) => b.lastModified.getTime() - a.lastModified.getTime());
      for (let first = 0; first < sorted.length; first += 2) yield sorted.slice(first, first + 2);
    },
    async delete(chosen) {
      for (const version of chosen) {
        versions.splice(versions.indexOf(version), 1);
        deleted.push(`${version.key} ${version.versionId}`);
      }
    },
  };
}

export function memoryPositions(saved: Map<string, Position> = new Map()): Positions {
  return {
    find: async (kind) => saved.get(kind),
    async save(kind, position) {
      if (position) saved.set(kind, position);
      else saved.delete(kind);
    },
  };
}
