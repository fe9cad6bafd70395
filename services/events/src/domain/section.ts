import type { Chunk, Refusal } from './import.ts';
import type { ItemRow, Problem } from './item-row.ts';

const MAX_ROWS = 10_000;
const MAX_CHUNKS = 100;
const CHUNK_ROWS = 100;
/** A message of SQS had 256 KB for most of its life. */
const CHUNK_BYTES = 200 * 1_024;
/** Lines, numbers and times, and the names of the columns. */
const ROW_BYTES = 300;

/**
 * The rows of a file between two checkpoints, divided into chunks. How they are divided depends on the rows alone, so
 * that a run which begins again at a checkpoint makes the same chunks. It holds no more than ten chunks and what it
 * refused.
 */
export class Section {
  readonly #first: number;
  #rows = 0;
  #chunks = 0;
  #open: ItemRow[] = [];
  #openBytes = 0;
  #closed: Chunk[] = [];
  readonly #refusals: Refusal[] = [];

  /** `first` is how many rows of the file come before it. */
  constructor(first: number) {
    this.#first = first;
  }

  get rows(): number {
    return this.#rows;
  }

  get refusals(): readonly Refusal[] {
    return this.#refusals;
  }

  /** Whether a checkpoint is due. */
  get isFull(): boolean {
    return this.#rows >= MAX_ROWS || this.#chunks >= MAX_CHUNKS;
  }

  accept(row: ItemRow): void {
    const bytes = bytesOf(row);
    if (this.#openBytes + bytes > CHUNK_BYTES) this.#close();
    this.#open.push(row);
    this.#openBytes += bytes;
    this.#rows += 1;
    if (this.#open.length === CHUNK_ROWS) this.#close();
  }

  refuse(line: number, problems: readonly Problem[]): void {
    this.#refusals.push({ line, problems });
    this.#rows += 1;
  }

  /** The full chunks that were not taken yet, when there are ten, which is what a request to SQS takes. */
  takeChunks(): readonly Chunk[] {
    return this.#closed.length >= 10 ? this.#closed.splice(0) : [];
  }

  /** What was not taken yet. No row comes after it. */
  takeRest(): readonly Chunk[] {
    this.#close();
    return this.#closed.splice(0);
  }

  #close(): void {
    if (this.#open.length === 0) return;
    this.#closed.push({ id: `${this.#first}-${this.#chunks}`, rows: this.#open });
    this.#chunks += 1;
    this.#open = [];
    this.#openBytes = 0;
  }
}

/** The most that a row can take in JSON, where a UTF-16 code unit has six bytes when it is escaped. */
function bytesOf({ id, sku, name, category, description = '' }: ItemRow): number {
  return ROW_BYTES + 6 * (id.length + sku.length + name.length + category.length + description.length);
}
