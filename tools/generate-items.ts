import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';

const HEADER = 'id,sku,name,category,amount,currency,stock,description,updatedAt\n';
const THINGS = ['Mug', 'Lamp', 'Chair', 'Kettle', 'Shelf, small', 'Tray "Oslo"', 'Vase', 'Größe-L-Kissen'];
const COLOURS = ['red', 'green', 'blue', 'white', 'black', 'oak'];
const CATEGORIES = 50;
const ROWS_PER_WRITE = 1_000;

/** A file for the import with so many rows, always the same ones: every row is valid and has an id of its own. */
export function* itemsFile(rows: number): Generator<string> {
  yield HEADER;
  for (let first = 1; first <= rows; first += ROWS_PER_WRITE) {
    const last = Math.min(rows, first + ROWS_PER_WRITE - 1);
    yield Array.from({ length: last - first + 1 }, (_, index) => itemLine(first + index)).join('');
  }
}

function itemLine(number: number): string {
  const code = String(number).padStart(8, '0');
  const thing = THINGS[number % THINGS.length];
  const colour = COLOURS[number % COLOURS.length];
  const fields = [
    `item-${code}`,
    `SKU-${code}`,
    `${thing}, ${colour}`,
    `category-${(number % CATEGORIES) + 1}`,
    100 + ((number * 37) % 50_000),
    'EUR',
    number % 500,
    number % 10 === 0 ? `Comes in ${colour}.\nCare: "wipe, do not wash".` : '',
    new Date(Date.UTC(2026, 0, 1) + (number % 86_400) * 1_000).toISOString(),
  ];
  return `${fields.map(quoted).join(',')}\n`;
}

/** https://www.rfc-editor.org/rfc/rfc4180 */
function quoted(field: string | number): string {
  const text = String(field);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const USAGE = 'Usage: node tools/generate-items.ts --rows NUMBER > items.csv';

/** Nothing when there is something wrong with them. */
function optionsIn(args: string[]): { readonly rows?: string; readonly help?: boolean } | undefined {
  try {
    const { values } = parseArgs({ args, options: { rows: { type: 'string' }, help: { type: 'boolean' } } });
    return values.help || /^[1-9]\d{0,8}$/.test(values.rows ?? '') ? values : undefined;
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const options = optionsIn(process.argv.slice(2));
  if (!options) {
    console.error(USAGE);
    process.exit(2);
  }
  const text = options.help ? [`${USAGE}\n`] : itemsFile(Number(options.rows));
  await pipeline(Readable.from(text), process.stdout).catch((error) => {
    // Whoever reads it wants no more.
    if (error.code !== 'EPIPE') throw error;
  });
}
