import { ShopError } from '../../../../shared/errors.ts';
import type { ItemRow } from './item-row.ts';

/** A row with the mark of its state: of two marks the greater is the newer state. */
export interface MarkedRow extends ItemRow {
  readonly mark: string;
}

/** The catalogue, as rows of files change it. */
export interface ImportedItems {
  /**
   * Makes the item what the row says, and adds it when it is not there. Answers whether it did: it does not when the
   * item is in this state, in a newer one, or was edited after the time of the row.
   */
  upsert(row: MarkedRow, now: string): Promise<boolean>;
}

export interface IngestDependencies {
  readonly items: ImportedItems;
  /** The hash of a value, the same whatever the order of its keys. */
  readonly digest: (value: unknown) => string;
  readonly now: () => Date;
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

/** Rows that are written at once. */
const CONCURRENCY = 10;
const ATTEMPTS = 4;
const PAUSE_MS = 100;

/**
 * Writes rows into the catalogue, and answers how many of them changed it. A row that fails holds up no other one.
 *
 * @throws RowsNotWritten when rows failed, after all were tried; it can be asked for all of them again
 */
export async function ingestItems(
  { items, digest, now, pause }: IngestDependencies,
  rows: readonly ItemRow[],
): Promise<number> {
  const at = now().toISOString();
  const failures: unknown[] = [];
  let written = 0;
  const queue = rows.values();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const row of queue) {
        try {
          if (await upsert(marked(row))) written += 1;
        } catch (error) {
          failures.push(error);
        }
      }
    }),
  );
  if (failures.length > 0) throw new RowsNotWritten(failures.length, { cause: failures[0] });
  return written;

  /** Equal times are decided by what the rows say, so that the order in which they come does not matter. */
  function marked(row: ItemRow): MarkedRow {
    const { line: _, updatedAt, ...content } = row;
    return { ...row, mark: `${updatedAt}#${digest(content)}` };
  }

  /** An order that reserves the item holds its row for a moment, and tables take load only by and by. */
  async function upsert(row: MarkedRow): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await items.upsert(row, at);
      } catch (error) {
        if (!(error instanceof ShopError && error.retryable) || attempt === ATTEMPTS) throw error;
        await pause(attempt * PAUSE_MS);
      }
    }
  }
}

export class RowsNotWritten extends ShopError {
  override readonly code = 'ROWS_NOT_WRITTEN';
  override readonly retryable = true;

  constructor(rows: number, options: ErrorOptions) {
    super(`${rows} rows were not written.`, options);
  }
}
