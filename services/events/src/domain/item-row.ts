import { UploadRefused } from './upload.ts';

/** The state of an item at `updatedAt` (ISO 8601 in UTC), as a row of a file says; `line` is where the row begins. */
export interface ItemRow {
  readonly line: number;
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly amount: number;
  readonly currency: string;
  readonly stock?: number | undefined;
  readonly description?: string | undefined;
  readonly updatedAt: string;
}

/** Units of one item that the catalogue of services/items can count. */
export const MAX_STOCK = 1_000_000_000;

/** What is wrong with a row, in which column; without one it is the row as a whole. */
export interface Problem {
  readonly column?: string;
  readonly reason: string;
}

/** A record of a file: the cells of a row of CSV, or a line alone. `line` is where it begins, from 1. */
export interface TextRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The columns of a record by their names, or what is wrong with it. */
export type Fields = Readonly<Record<string, unknown>>;
export type Reading = (record: TextRecord) => { readonly fields: Fields } | { readonly reason: string };

const REQUIRED = ['id', 'sku', 'name', 'category', 'amount', 'currency'];
const COLUMNS = [...REQUIRED, 'stock', 'description', 'updatedAt'];
const NUMBERS = new Set(['amount', 'stock']);

/**
 * How to read a table whose first record is its header: an empty cell is as none.
 *
 * @throws UploadRefused when the header is not one of items
 */
export function readingBy(header: TextRecord): Reading {
  const names = header.cells.map((cell) => cell.trim());
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new UploadRefused(
      `The first line must name the columns, separated by commas; it lacks ${missing.join(', ')}.`,
    );
  }
  const wrong = names.find((name, index) => !COLUMNS.includes(name) || names.indexOf(name) !== index);
  if (wrong !== undefined) {
    throw new UploadRefused(
      `The column "${wrong.slice(0, 64)}" is ${COLUMNS.includes(wrong) ? 'there twice' : 'not one of items'}.`,
    );
  }
  return ({ cells }) => {
    if (cells.length !== names.length) {
      return { reason: `has ${cells.length} fields and not ${names.length} as the header` };
    }
    const fields: Record<string, unknown> = {};
    for (const [index, name] of names.entries()) {
      const cell = cells[index];
      if (cell !== undefined && cell !== '') fields[name] = NUMBERS.has(name) ? numberIn(cell) : cell;
    }
    return { fields };
  };
}

/** What is no whole number stays the text that it is, for the schema to refuse. */
const numberIn = (cell: string) => (/^-?\d{1,15}$/.test(cell) ? Number(cell) : cell);

/** Reads a line that is an object in JSON. */
export const readJsonLine: Reading = ({ cells: [line = '', ...others] }) => {
  if (others.length > 0) return { reason: 'is not JSON' };
  try {
    const fields: unknown = JSON.parse(line);
    return typeof fields === 'object' && fields !== null && !Array.isArray(fields)
      ? { fields: fields as Fields }
      : { reason: 'is not an object of JSON' };
  } catch {
    return { reason: 'is not JSON' };
  }
};
