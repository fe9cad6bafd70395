/**
 * A table as CSV, by RFC 4180: fields between quotation marks where needed, lines that end with CRLF. A text that a
 * spreadsheet would take for a formula gets an apostrophe before it, and so is shown and not run.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
export const csv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map((text) => field(harmless(text))).join(',')}\r\n`).join('');

const harmless = (text: string) => (/^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text);

const field = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
