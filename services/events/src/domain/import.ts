import { ShopError } from '../../../../shared/errors.ts';
import type { ItemRow, Problem } from './item-row.ts';

/** How far the import of one file has come; the rows counted are those whose consequences are all written. */
export interface ImportProgress {
  readonly state: 'IMPORTING' | 'DONE' | 'REFUSED';
  readonly rows: number;
  readonly accepted: number;
  readonly refused: number;
  /** How many parts of the report are written, and their bytes together. */
  readonly parts: number;
  readonly partBytes: number;
  /** Why the file as a whole was refused. */
  readonly reason?: string;
  /** The version of the report, once it is written. */
  readonly reportVersionId?: string;
  /** ISO 8601 in UTC. */
  readonly finishedAt?: string;
}

export const BEGINNING: ImportProgress = {
  state: 'IMPORTING',
  rows: 0,
  accepted: 0,
  refused: 0,
  parts: 0,
  partBytes: 0,
};

/** Which file is imported. */
export interface ImportKey {
  readonly uploadId: string;
  readonly versionId: string;
}

/** The imports of files, one for each version of an upload. */
export interface Imports {
  find(key: ImportKey): Promise<ImportProgress | undefined>;
  /**
   * Notes how far an import has come, when it is where `before` says; none is one that has not begun. Asking again
   * for what is noted already is no error.
   * @throws ImportOvertaken when it is elsewhere
   */
  advance(key: ImportKey, before: ImportProgress | undefined, after: ImportProgress): Promise<void>;
}

/** Rows that go to the queue together. The same rows of a file have the same id each time that they are sent. */
export interface Chunk {
  readonly id: string;
  readonly rows: readonly ItemRow[];
}

/** A row that was refused. */
export interface Refusal {
  readonly line: number;
  readonly problems: readonly Problem[];
}

/** Where refused rows are written down until the report is made of them. */
export interface Reports {
  /** Writes one part, from 0, over what is there; answers its bytes. */
  writePart(key: ImportKey, part: number, refusals: readonly Refusal[]): Promise<number>;
  /** Makes the report of all parts; answers its version. */
  write(key: ImportKey, progress: ImportProgress): Promise<string>;
}

/** Another run imports the same file and is ahead: this one can stop. */
export class ImportOvertaken extends ShopError {
  override readonly code = 'IMPORT_OVERTAKEN';
}
